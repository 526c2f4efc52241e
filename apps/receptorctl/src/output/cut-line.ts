/** A colour or the like, or one character. */
const token = /\p{Cc}\[[\d;]*m|./gsu;

/** The first characters of a line of a terminal; colours take no room, and what was switched on is switched off. */
export function cutLine(line: string, columns: number): string {
  let room = columns;
  let cut = '';
  let isStyled = false;
  for (const [part] of line.matchAll(token)) {
    if (part.startsWith('\u001b')) {
      isStyled = true;
      cut += part;
    } else if (room > 0) {
      room -= 1;
      cut += part;
    } else return isStyled ? `${cut}\u001b[0m` : cut;
  }
  return cut;
}
