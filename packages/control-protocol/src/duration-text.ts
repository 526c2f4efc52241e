const units = [
  { ns: 1_000_000_000n, digits: 9, suffix: 's' },
  { ns: 1_000_000n, digits: 6, suffix: 'ms' },
  { ns: 1_000n, digits: 3, suffix: 'µs' },
] as const;

/**
 * Nanoseconds as people read them in replies: `285.713µs`, `1.5ms`, `1m2.5s`, `2h0m0s`, `0s`. The largest unit that
 * gives a whole number before the point is used, and no trailing zeros.
 */
export function durationText(timeNs: number | bigint): string {
  const total = BigInt(typeof timeNs === 'number' ? Math.round(timeNs) : timeNs);
  if (total < 0n) return `-${durationText(-total)}`;
  if (total === 0n) return '0s';
  const minutes = total / 60_000_000_000n;
  if (minutes > 0n) {
    const seconds = decimal(total % 60_000_000_000n, units[0]);
    return minutes >= 60n
      ? `${minutes / 60n}h${minutes % 60n}m${seconds}`
      : `${minutes}m${seconds}`;
  }
  const unit = units.find(({ ns }) => total >= ns);
  return unit ? decimal(total, unit) : `${total}ns`;
}

function decimal(total: bigint, unit: (typeof units)[number]): string {
  const fraction = (total % unit.ns).toString().padStart(unit.digits, '0').replace(/0+$/, '');
  return `${total / unit.ns}${fraction === '' ? '' : `.${fraction}`}${unit.suffix}`;
}
