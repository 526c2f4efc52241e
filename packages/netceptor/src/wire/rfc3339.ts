const FORM = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/;

/** The years 0000 to 9999 of UTC, which is what the format can say. */
const FIRST = Date.UTC(-1, 12);
const LAST = Date.UTC(9999, 12) - 1;

/** Nanoseconds since 1970 of an RFC 3339 time, or undefined when the text is none or its time in UTC has none. */
export function parseRfc3339(text: string): bigint | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, date = '', time = '', fraction = '', zone = ''] = match;
  const milliseconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (!(milliseconds >= FIRST && milliseconds <= LAST)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** A time in UTC with as many digits of its nanoseconds as are not trailing zeros. */
export function formatRfc3339(nanoseconds: bigint): string {
  const part = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = new Date(Number((nanoseconds - part) / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = part.toString().padStart(9, '0').replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
}
