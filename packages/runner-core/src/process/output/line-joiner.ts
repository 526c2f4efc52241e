/**
 * Joins pieces of text to lines. Of a line that is longer than allowed only the first word and the space after it are
 * given, so that the reader that waits for the line learns of it. Owns the line that is not complete yet.
 */
export class LineJoiner {
  readonly #maxLength: number;
  readonly #give: (line: string) => void;
  #pieces: string[] = [];
  #length = 0;
  /** What is left of the line when it is too long. */
  #firstWord: string | undefined;

  /** @param maxLength characters a line may have */
  constructor(maxLength: number, give: (line: string) => void) {
    this.#maxLength = maxLength;
    this.#give = give;
  }

  push(chunk: string): void {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      this.#keep(chunk.slice(start, end));
      const line = this.#firstWord ?? this.#joined();
      this.#pieces = [];
      this.#length = 0;
      this.#firstWord = undefined;
      this.#give(line);
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.slice(start));
  }

  #keep(piece: string): void {
    if (this.#firstWord !== undefined) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length <= this.#maxLength) return;
    const line = this.#joined();
    this.#firstWord = line.slice(0, line.indexOf(' ') + 1);
    this.#pieces = [];
  }

  #joined(): string {
    return this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('');
  }
}
