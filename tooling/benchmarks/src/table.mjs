import { median } from './compare-statistics.mjs';

/** @typedef {'ours' | 'original' | 'ssh'} Side */
/** @typedef {Map<string, { [side in Side]?: number[] }>} Rows figures by name, with the value of each round */

/** Whether less of a figure is better. */
export const isLessBetter = (/** @type {string} */ name) =>
  /\((ms|s|s\/GB|MB|% of a core)\)$|, p\d+/.test(name);

/**
 * A table of figures, ours beside another's, with the ratio of their medians.
 *
 * @param {Rows} rows
 * @param {{ ours: string } & { [side in 'original' | 'ssh']?: string }} names of the two sides
 */
export function table(rows, names) {
  const other = names.ssh === undefined ? 'original' : 'ssh';
  const lines = [['figure', names.ours, names[other] ?? other, 'ours / theirs', '']];
  for (const [name, row] of rows) {
    const [ours, theirs] = [row.ours, row[other]];
    const ratio = ours && theirs ? median(ours) / median(theirs) : undefined;
    const known = ratio !== undefined && Number.isFinite(ratio);
    lines.push([
      name,
      shown(ours),
      shown(theirs),
      known ? ratio.toFixed(3) : '-',
      !known ? '' : isLessBetter(name) === ratio < 1 ? 'better' : 'worse',
    ]);
  }
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 || column === 4
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The median, and with several rounds the least and the most. */
function shown(/** @type {number[] | undefined} */ values) {
  if (values === undefined) return '-';
  const middle = number(median(values));
  if (values.length === 1) return middle;
  return `${middle} (${number(Math.min(...values))} to ${number(Math.max(...values))})`;
}

const number = (/** @type {number} */ value) =>
  value >= 100 ? value.toFixed(0) : value.toPrecision(3);
