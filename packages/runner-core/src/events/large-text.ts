/** A text in pieces, none of which ends within a character; whole, it would be in memory twice for a while. */
export class LargeText {
  readonly pieces: readonly string[];
  readonly length: number;

  constructor(pieces: readonly string[]) {
    this.pieces = pieces;
    this.length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  /** The text in one; it is in memory twice then. */
  toString(): string {
    return this.pieces.join('');
  }
}

/** The pieces of a text; one, where it is not large. */
export function piecesOf(text: string | LargeText): readonly string[] {
  return typeof text === 'string' ? [text] : text.pieces;
}
