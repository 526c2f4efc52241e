import type { Segment } from './output-segments.js';
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
    const text = this.#held + segment.text;
    const end = segment.cut ? this.#mask.wholeUntil(text) : text.length;
    this.#held = text.slice(end);
    this.#give({ ...segment, text: this.#mask.hide(text.slice(0, end)) });
  }
}
