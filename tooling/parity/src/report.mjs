/** Characters of a value that are shown. */
const SHOWN = 300;
/** Differences of a case that are shown. */
const MOST = 12;

/** The summary of a case. @param {import('./compare-cases.mjs').CaseOutcome} outcome */
export const summaryLine = ({ name, events, differences, intended, failure }) =>
  `${name.padEnd(24)}${String(events).padStart(6)} events  ` +
  (failure !== undefined
    ? `FAILED: ${failure}`
    : `${differences.length === 0 ? 'same' : `${differences.length} DIFFERENCES`}` +
      (intended > 0 ? `, ${intended} intended` : ''));

/**
 * What differs, and a line that counts.
 *
 * @param {import('./compare-cases.mjs').Outcome} outcome
 */
export function report({ cases, differing, unused }) {
  /** @type {string[]} */
  const lines = [];
  for (const { name, differences } of cases) {
    if (differences.length === 0) continue;
    lines.push('', `${name}:`);
    for (const { where, path, ...sides } of differences.slice(0, MOST)) {
      lines.push(`  ${where}${path === '' ? '' : `: ${path}`}`);
      lines.push(
        `      ours:   ${shown(sides, 'ours')}`,
        `      theirs: ${shown(sides, 'theirs')}`,
      );
    }
    if (differences.length > MOST) lines.push(`  and ${differences.length - MOST} more`);
  }
  for (const name of unused) lines.push('', `Intended, but it did not occur: ${name}`);
  const events = cases.reduce((sum, one) => sum + one.events, 0);
  lines.push('', `${cases.length} cases, ${events} events, ${differing} cases differ`);
  return lines.join('\n');
}

/** @param {object} sides @param {'ours' | 'theirs'} side */
function shown(sides, side) {
  if (!(side in sides)) return '(nothing)';
  const text = JSON.stringify(/** @type {Record<string, unknown>} */ (sides)[side]) ?? 'undefined';
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}... (${text.length} characters)` : text;
}
