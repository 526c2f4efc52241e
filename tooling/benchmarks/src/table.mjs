/** Whether less of a figure is better. */
export const isLessBetter = (/** @type {string} */ name) =>
  /\((ms|s|s\/GB|MB|% of a core)\)$|, p\d+/.test(name);

/**
 * A table of figures, ours beside the original's, with their ratio.
 *
 * @param {Map<string, { ours?: number, original?: number }>} rows
 * @param {{ ours: string, original: string }} names
 */
export function table(rows, names) {
  const lines = [['figure', names.ours, names.original, 'ours / theirs', '']];
  for (const [name, { ours, original }] of rows) {
    const ratio = ours !== undefined && original ? ours / original : undefined;
    const better = ratio === undefined ? '' : isLessBetter(name) === ratio < 1 ? 'better' : 'worse';
    lines.push([
      name,
      number(ours),
      number(original),
      ratio === undefined ? '-' : ratio.toFixed(3),
      better,
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

const number = (/** @type {number | undefined} */ value) =>
  value === undefined ? '-' : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
