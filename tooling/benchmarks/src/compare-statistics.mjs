/** The share of chance results up to which a difference counts, and the least difference that does. */
const MOST_CHANCE = 0.05;
const LEAST_CHANGE = 0.03;

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * How often two samples would differ so much by chance, if both were of the same kind: the exact two-sided test of Mann and Whitney, by
 * all ways to deal the values out.
 *
 * @param {readonly number[]} base
 * @param {readonly number[]} now
 * @returns {number} 0 to 1
 */
export function chance(base, now) {
  const all = [...base, ...now];
  const ranks = all.map(
    (value) =>
      all.filter((other) => other < value).length +
      (all.filter((other) => other === value).length + 1) / 2,
  );
  const middle = (base.length * (all.length + 1)) / 2;
  const distance = (/** @type {number} */ sum) => Math.abs(sum - middle);
  const seen = distance(ranks.slice(0, base.length).reduce((sum, rank) => sum + rank, 0));
  let ways = 0;
  let asFar = 0;
  /** @param {number} from @param {number} left @param {number} sum */
  const deal = (from, left, sum) => {
    if (left === 0) {
      ways += 1;
      if (distance(sum) >= seen - 1e-9) asFar += 1;
      return;
    }
    for (let at = from; at <= ranks.length - left; at += 1)
      deal(at + 1, left - 1, sum + (ranks[at] ?? 0));
  };
  deal(0, base.length, 0);
  return asFar / ways;
}

/**
 * Whether a figure has changed beyond noise.
 *
 * @param {readonly number[]} base
 * @param {readonly number[]} now
 */
export function change(base, now) {
  const ratio = median(now) / median(base);
  const p = chance(base, now);
  return { ratio, chance: p, differs: p <= MOST_CHANCE && Math.abs(ratio - 1) >= LEAST_CHANGE };
}
