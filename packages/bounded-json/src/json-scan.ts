import { JsonLimitError, MAX_JSON_DEPTH, MAX_JSON_VALUES, type JsonLimits } from './json-limits.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Characters of a text that are looked at one by one before its end is searched for. */
const SHORT_TEXT = 48;

/** Told of what a scan comes across, in order. */
export interface ScanWatcher {
  opened(at: number): void;
  closed(at: number): void;
  comma(at: number): void;
  /** A text with its quotes, from `from` to before `to`. */
  text(from: number, to: number): void;
}

/**
 * Goes through a JSON text without parsing it, and stops at its limits. Whether it is JSON at all is not checked. Linear in
 * its length; can stop at any place and go on. Owns the place.
 *
 * See docs/decisions/0093-json-is-bounded-before-it-is-parsed.md.
 */
export class JsonScan {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #maxValues: number;
  readonly #watcher: ScanWatcher | undefined;
  #at: number;
  #depth = 0;
  #values = 1;
  /** Where the text begins that the scan is in; -1 outside of texts. */
  #open = -1;

  constructor(text: string, limits: JsonLimits = {}, watcher?: ScanWatcher, start = 0) {
    this.#text = text;
    this.#maxDepth = limits.maxDepth ?? MAX_JSON_DEPTH;
    this.#maxValues = limits.maxValues ?? MAX_JSON_VALUES;
    this.#watcher = watcher;
    this.#at = start;
  }

  /** The place that is looked at next. */
  get at(): number {
    return this.#at;
  }

  /** Objects and lists that are open. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether as many brackets were closed as were opened, and no text goes on. */
  get isWhole(): boolean {
    return this.#depth === 0 && this.#open < 0;
  }

  /**
   * Goes on to this place, or a little further.
   *
   * @param wholeValue stop behind the bracket that closes the first one
   * @throws {JsonLimitError}
   */
  advance(until: number, wholeValue = false): void {
    const text = this.#text;
    const end = Math.min(until, text.length);
    let at = this.#at;
    while (at < end) {
      if (this.#open >= 0) {
        at = this.#inText(at, end);
        continue;
      }
      const code = text.charCodeAt(at++);
      if (code === QUOTE) this.#open = at - 1;
      else if (code === COMMA) {
        this.#value();
        this.#watcher?.comma(at - 1);
      }
      // `[` and `{`, `]` and `}` differ in one bit from each other.
      else if ((code | 0x20) === 0x7b) {
        this.#value();
        if (++this.#depth > this.#maxDepth) {
          this.#at = at;
          throw new JsonLimitError('too-deep', this.#maxDepth);
        }
        this.#watcher?.opened(at - 1);
      } else if ((code | 0x20) === 0x7d) {
        this.#depth--;
        this.#watcher?.closed(at - 1);
        if (wholeValue && this.#depth <= 0) break;
      }
    }
    this.#at = at;
  }

  #value(): void {
    if (++this.#values > this.#maxValues)
      throw new JsonLimitError('too-many-values', this.#maxValues);
  }

  /** Goes on within a text, to its end if that comes before `end`. */
  #inText(from: number, end: number): number {
    const text = this.#text;
    let at = from;
    while (at < end) {
      for (const near = Math.min(at + SHORT_TEXT, end); at < near; at++) {
        const code = text.charCodeAt(at);
        if (code === QUOTE) return this.#closeText(at);
        if (code === BACKSLASH) at++;
      }
      if (at >= end) break;
      // A backslash may have been the last one looked at: what it stands before is behind it by now.
      const found = text.slice(at, end).indexOf('"');
      if (found < 0) return isEscaped(text, end, at) ? end + 1 : end;
      const close = at + found;
      if (!isEscaped(text, close, at)) return this.#closeText(close);
      at = close + 1;
    }
    return at;
  }

  #closeText(at: number): number {
    this.#watcher?.text(this.#open, at + 1);
    this.#open = -1;
    return at + 1;
  }
}

/** Whether an odd number of backslashes stands before `at`, from `from` on. */
function isEscaped(text: string, at: number, from: number): boolean {
  let start = at;
  while (start > from && text.charCodeAt(start - 1) === BACKSLASH) start--;
  return (at - start) % 2 === 1;
}
