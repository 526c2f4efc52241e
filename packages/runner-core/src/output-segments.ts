import type { MarkedOutput } from './mark-splitter.js';

/** A stretch of output that becomes one event. */
export interface Segment {
  /** The event the text belongs to; none for text that no mark announced. */
  readonly uuid?: string;
  /** The text with its line end. */
  readonly text: string;
  /** The text was cut because it is too long; the next segment goes on with it. */
  readonly cut: boolean;
}

/** Longest text of one event in bytes; what is longer goes on in `verbose` events of this size. */
export const MAX_TEXT_BYTES = 1024 * 1024;

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
  #pieces: Buffer[] = [];
  #bytes = 0;

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
    else if (this.#bytes > 0) this.#flush(false);
    this.#uuid = undefined;
    this.#overflown = false;
  }

  #append(bytes: Buffer): void {
    let rest = bytes;
    while (this.#bytes + rest.length > this.#maxBytes) {
      let fits = Math.max(0, this.#maxBytes - this.#bytes);
      // Not inside of a character.
      while (fits < rest.length && ((rest[fits] ?? 0) & 0xc0) === 0x80) fits++;
      this.#keep(rest.subarray(0, fits));
      rest = rest.subarray(fits);
      if (rest.length === 0) return;
      this.#flush(true);
    }
    this.#keep(rest);
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
  }

  #flush(cut: boolean): void {
    const text = Buffer.concat(this.#pieces).toString('utf8');
    this.#pieces = [];
    this.#bytes = 0;
    if (this.#uuid === undefined || this.#overflown) this.#give({ text, cut });
    else {
      this.#give({ uuid: this.#uuid, text, cut });
      this.#overflown = cut;
    }
  }
}
