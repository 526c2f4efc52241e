const nanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/**
 * Reads a Go duration: a sign, then numbers with units such as `1h20m30s`, `1.5h`, `300ms`; or `0`.
 *
 * @returns nanoseconds
 * @throws {SyntaxError} whose message is the one users of the original know
 */
export function parseDuration(text: string): bigint {
  const shown = JSON.stringify(text);
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (body === '0') return 0n;
  let total = 0n;
  let rest = body;
  if (rest === '') throw new SyntaxError(`time: invalid duration ${shown}`);
  while (rest !== '') {
    const part = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest);
    const [all = '', whole = '', fraction = '', unit = ''] = part ?? [];
    if (whole === '' && fraction === '') throw new SyntaxError(`time: invalid duration ${shown}`);
    if (unit === '') throw new SyntaxError(`time: missing unit in duration ${shown}`);
    const scale = nanoseconds[unit];
    if (scale === undefined) {
      throw new SyntaxError(`time: unknown unit ${JSON.stringify(unit)} in duration ${shown}`);
    }
    const decimals = 10n ** BigInt(fraction.length);
    total += (BigInt(whole + fraction) * scale) / decimals;
    if (total >= 2n ** 63n) throw new SyntaxError(`time: invalid duration ${shown}`);
    rest = rest.slice(all.length);
  }
  return sign === '-' ? -total : total;
}
