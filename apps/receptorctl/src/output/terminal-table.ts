import { inspect } from 'node:util';

/** How a cell looks; without one it is plain. */
export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red';

/** A cell of a table: its text, and how it looks on a terminal that has colour. */
export type Cell = string | { readonly text: string; readonly style: Style };

/** Whether people look at the output: a terminal gets tables, anything else what programs read. */
export function isSeen(stream: NodeJS.WriteStream = process.stdout): boolean {
  return stream.isTTY;
}

/** Whether a terminal takes colour; `NO_COLOR`, `FORCE_COLOR` and `TERM` count. */
export function hasColour(stream: NodeJS.WriteStream = process.stdout): boolean {
  return stream.isTTY && stream.hasColors() && (process.env.NO_COLOR ?? '') === '';
}

/** The text of a cell, in colour where there is any. */
export function paint(cell: Cell, colour: boolean): string {
  if (typeof cell === 'string') return cell;
  if (!colour) return cell.text;
  // unlike styleText of some versions of Node, it asks no stream
  const [on, off] = inspect.colors[cell.style] ?? [0, 0];
  return `\u001b[${on}m${cell.text}\u001b[${off}m`;
}

/**
 * Lines of a table: columns as wide as their widest cell, two blanks between them, headers in capitals. None for a table
 * without rows.
 */
export function tableLines(
  headers: readonly string[],
  rows: readonly (readonly Cell[])[],
  colour: boolean,
): string[] {
  if (rows.length === 0) return [];
  const head = headers.map((text): Cell => ({ text: text.toUpperCase(), style: 'bold' }));
  const widths = headers.map((_, column) =>
    [head, ...rows].reduce((widest, row) => Math.max(widest, lengthOf(row[column] ?? '')), 0),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => {
        const last = column === row.length - 1;
        const room = last ? 0 : (widths[column] ?? 0) - lengthOf(cell);
        return paint(cell, colour) + ' '.repeat(Math.max(0, room));
      })
      .join('  ')
      .trimEnd(),
  );
}

function lengthOf(cell: Cell): number {
  return Array.from(typeof cell === 'string' ? cell : cell.text).length;
}
