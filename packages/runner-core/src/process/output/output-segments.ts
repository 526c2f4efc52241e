import { DecodedText } from './decoded-text.js';
import type { LargeText } from '../../events/large-text.js';
import type { MarkedOutput } from './mark-splitter.js';

/** A stretch of output that becomes one event. */
export interface Segment {
  /** The event the text belongs to; none for text that no mark announced. */
  readonly uuid?: string;
  /** The text with its line end. */
  readonly text: string | LargeText;
  /** The text was cut because it is too long; the next segment goes on with it. */
  readonly cut: boolean;
  /** Goes on with the text of an event that was cut. */
  readonly rest?: true;
}

/**
 * Longest text of one event in bytes, 64 MiB, and the most that is held of the output at once; what is longer goes on in
 * `verbose` events of this size.
 */
export const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * Gathers the text between marks. Inside of an event it becomes one segment, outside one for each
 * line. Owns the text that is not complete yet, at most {@link MAX_TEXT_BYTES}.
 */
export class SegmentGatherer implements MarkedOutput {
  readonly #give: (segment: Segment) => void;
  readonly #maxBytes: number;
  #uuid: string | undefined;
  /** The event's segment was given out already, cut; what follows has no event of its own. */
  #overflown = false;
  readonly #gathered = new DecodedText();

  constructor(give: (segment: Segment) => void, maxBytes = MAX_TEXT_BYTES) {
    this.#give = give;
    this.#maxBytes = maxBytes;
  }

  text(bytes: Buffer): void {
    let rest = bytes;
    if (this.#uuid === undefined)
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        this.#append(rest.subarray(0, end + 1));
        this.#flush(false);
        rest = rest.subarray(end + 1);
      }
    this.#append(rest);
  }

  begin(uuid: string): void {
    this.end();
    this.#uuid = uuid;
  }

  end(): void {
    if (this.#uuid !== undefined && !this.#overflown) this.#flush(false);
    else if (this.#gathered.bytes > 0) this.#flush(false);
    this.#uuid = undefined;
    this.#overflown = false;
  }

  #append(bytes: Buffer): void {
    let rest = bytes;
    while (this.#gathered.bytes + rest.length > this.#maxBytes) {
      let fits = Math.max(0, this.#maxBytes - this.#gathered.bytes);
      // Not inside of a character.
      while (fits < rest.length && ((rest[fits] ?? 0) & 0xc0) === 0x80) fits++;
      this.#gathered.push(rest.subarray(0, fits));
      rest = rest.subarray(fits);
      if (rest.length === 0) return;
      this.#flush(true);
    }
    this.#gathered.push(rest);
  }

  #flush(cut: boolean): void {
    const text = this.#gathered.takePieces();
    if (this.#uuid === undefined) this.#give({ text, cut });
    else if (this.#overflown) this.#give({ text, cut, rest: true });
    else {
      this.#give({ uuid: this.#uuid, text, cut });
      this.#overflown = cut;
    }
  }
}
