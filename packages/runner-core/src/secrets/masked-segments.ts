import { LargeText, piecesOf } from '../events/large-text.js';
import type { Segment } from '../process/output/output-segments.js';
import type { SecretMask } from './secret-mask.js';

/**
 * Hides secrets in segments. Of one that was cut, the end in which a secret may begin goes into the next one. Owns that end.
 */
export class MaskedSegments {
  readonly #mask: SecretMask;
  readonly #give: (segment: Segment) => void;
  #held = '';

  constructor(mask: SecretMask, give: (segment: Segment) => void) {
    this.#mask = mask;
    this.#give = give;
  }

  push(segment: Segment): void {
    const pieces = piecesOf(segment.text);
    const hidden = pieces.map((piece, at) =>
      this.#hide(piece, at < pieces.length - 1 || segment.cut),
    );
    const [first = '', ...others] = hidden;
    this.#give({ ...segment, text: others.length === 0 ? first : new LargeText(hidden) });
  }

  /** The piece without secrets, as far as it is known that none goes on behind it; the rest is held for the next one. */
  #hide(piece: string, goesOn: boolean): string {
    const text = this.#held + piece;
    const end = goesOn ? this.#mask.wholeUntil(text) : text.length;
    this.#held = text.slice(end);
    return this.#mask.hide(text.slice(0, end));
  }
}
