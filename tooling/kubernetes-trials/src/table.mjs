/**
 * Rows as a table in Markdown, whose columns are as wide as their widest cell; numbers stand to the right.
 *
 * @param {readonly string[]} heading
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function table(heading, rows) {
  const cells = [heading, ...rows].map((row) => row.map((cell) => oneLine(String(cell))));
  const widths = heading.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0), 3));
  const isNumber = heading.map((_, at) => rows.every((row) => typeof row[at] === 'number'));
  const line = (/** @type {readonly string[]} */ row) =>
    `| ${row.map((cell, at) => (isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join(' | ')} |`;
  const [first = [], ...rest] = cells;
  const rule = widths.map((width, at) => `${'-'.repeat(width - 1)}${isNumber[at] ? ':' : '-'}`);
  return [line(first), line(rule), ...rest.map(line)].join('\n');
}

const oneLine = (/** @type {string} */ text) => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
