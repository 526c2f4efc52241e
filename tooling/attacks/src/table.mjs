/** The columns of the table and their widths. */
const columns = /** @type {const} */ ([
  ['attack', 20],
  ['peak MB', 8],
  ['stall ms', 9],
  ['ping ms', 8],
  ['job', 10],
  ['log KB', 7],
  ['left MB', 8],
]);

const line = (/** @type {readonly string[]} */ cells, /** @type {string} */ verdict) =>
  `${cells.map((cell, at) => (at === 0 ? cell.padEnd(20) : cell.padStart(columns[at]?.[1] ?? 0))).join(' ')}  ${verdict}`;

export const heading = () =>
  line(
    columns.map(([name]) => name),
    'verdict',
  );

const rounded = (/** @type {number | undefined} */ value) =>
  value === undefined ? '-' : String(Math.round(value));

/** One attack as a line. @param {string} name @param {import('./on-mesh.mjs').Figures} figures */
export function tableLine(
  name,
  { peakMb, stallMs, pingMs, job, logKb, leftMb, problems, note, skipped },
) {
  const verdict =
    problems.length > 0
      ? `FAILS: ${problems.join('; ')}`
      : skipped === undefined
        ? 'holds'
        : `skipped: ${skipped}`;
  return line(
    [
      name,
      rounded(peakMb),
      rounded(stallMs),
      rounded(pingMs),
      job,
      rounded(logKb),
      rounded(leftMb),
    ],
    note === undefined ? verdict : `${verdict} (${note})`,
  );
}

/**
 * Several runs side by side, as a table in Markdown.
 *
 * @param {readonly Map<string, import('./on-mesh.mjs').Figures>[]} runs before, after, the originals
 */
export function comparison(runs) {
  const names = [...new Set(runs.flatMap((run) => [...run.keys()]))].sort();
  const heading = ['attack', 'before', 'after', 'the originals'].slice(0, runs.length + 1);
  return [
    heading,
    heading.map(() => '---'),
    ...names.map((name) => [name, ...runs.map((run) => cell(run.get(name)))]),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Peak memory, longest stall, worst ping, log; and a mark where something does not hold. */
function cell(/** @type {import('./on-mesh.mjs').Figures | undefined} */ figures) {
  if (figures?.peakMb === undefined) return '-';
  const { peakMb, stallMs, pingMs, logKb, problems } = figures;
  return `${[peakMb, stallMs, pingMs, logKb].map(rounded).join(' / ')}${problems.length > 0 ? ' ✗' : ''}`;
}
