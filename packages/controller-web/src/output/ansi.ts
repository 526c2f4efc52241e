/** How text of a terminal looks: colours are numbers of the sixteen, or absent for the usual one. */
export interface Look {
  readonly fg?: number | undefined;
  readonly bg?: number | undefined;
  readonly bold?: boolean | undefined;
  readonly italic?: boolean | undefined;
  readonly underline?: boolean | undefined;
}

/** A piece of a line of one look. */
export interface Piece {
  readonly text: string;
  readonly look: Look;
}

export const PLAIN: Look = {};
const BRIGHT = 8;
const MAX_CODES = 32;
const sequence =
  // eslint-disable-next-line no-control-regex -- escape sequences of terminals begin with one
  /\u001b(?:\[([0-9;:?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;
// eslint-disable-next-line no-control-regex -- what a terminal would not show
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/**
 * Reads a line of a terminal.
 *
 * @param before the look at its beginning: colours last until they are changed
 */
export function piecesOf(line: string, before: Look): { pieces: readonly Piece[]; after: Look } {
  const pieces: Piece[] = [];
  let look = before;
  let from = 0;
  const add = (text: string): void => {
    const seen = text.replace(unseen, '');
    if (seen !== '') pieces.push({ text: seen, look });
  };
  for (const found of line.matchAll(sequence)) {
    add(line.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[2] === 'm') look = changed(look, found[1] ?? '');
  }
  add(line.slice(from));
  return { pieces, after: look };
}

/** A line without what changes its look. */
export const plainText = (line: string): string => line.replace(sequence, '').replace(unseen, '');

function changed(before: Look, codes: string): Look {
  let look = before;
  const numbers = codes.split(/[;:]/).slice(0, MAX_CODES).map(Number);
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at] ?? 0;
    if (code === 38 || code === 48) {
      const isOfPalette = numbers[at + 1] === 5;
      const colour = isOfPalette ? numbers[at + 2] : undefined;
      const known = colour !== undefined && colour < 2 * BRIGHT ? colour : undefined;
      look = code === 38 ? { ...look, fg: known } : { ...look, bg: known };
      at += isOfPalette ? 2 : 4;
    } else look = withCode(look, code);
  }
  return look;
}

function withCode(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 3) return { ...look, italic: true };
  if (code === 4) return { ...look, underline: true };
  if (code === 22) return { ...look, bold: undefined };
  if (code === 23) return { ...look, italic: undefined };
  if (code === 24) return { ...look, underline: undefined };
  if (code >= 30 && code <= 37) return { ...look, fg: code - 30 };
  if (code === 39) return { ...look, fg: undefined };
  if (code >= 40 && code <= 47) return { ...look, bg: code - 40 };
  if (code === 49) return { ...look, bg: undefined };
  if (code >= 90 && code <= 97) return { ...look, fg: code - 90 + BRIGHT };
  if (code >= 100 && code <= 107) return { ...look, bg: code - 100 + BRIGHT };
  return look;
}
