import { JsonLimitError, MAX_JSON_TOKEN } from './json-limits.js';
import type { ScanWatcher } from './json-scan.js';

/** A stretch of members of a large object or list: several small ones between commas, or a large one. */
export type Piece =
  | { readonly kind: 'members'; readonly from: number; readonly to: number }
  | { readonly kind: 'large'; readonly from: number; readonly value: Large };

/** An object, list or text that is better parsed in pieces. */
export interface Large {
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  /** None of a text. */
  readonly pieces: readonly Piece[] | undefined;
}

interface Frame {
  readonly start: number;
  /** Behind the last comma, or the bracket. */
  memberStart: number;
  /** Where the next stretch begins. */
  pieceStart: number;
  pieces: Piece[] | undefined;
}

/**
 * Finds the large parts of a JSON text while it is scanned: what is small is left for the parser as it is. Takes a few numbers
 * for each open bracket and each stretch. Owns the outline.
 */
export class JsonOutline implements ScanWatcher {
  readonly #json: string;
  readonly #size: number;
  readonly #frames: Frame[] = [];
  /** Behind the last text, comma or bracket. */
  #seen = 0;
  /** What stands at the top: the whole, where it is large. */
  root: Large | undefined;

  /** @param size characters from which on something is large */
  constructor(json: string, size: number) {
    this.#json = json;
    this.#size = size;
  }

  opened(at: number): void {
    this.#requireShort(at);
    this.#frames.push({
      start: at,
      memberStart: at + 1,
      pieceStart: at + 1,
      pieces: undefined,
    });
  }

  comma(at: number): void {
    this.#requireShort(at);
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    if (at - frame.pieceStart >= this.#size) this.#cut(frame, at);
    frame.memberStart = at + 1;
  }

  text(from: number, to: number): void {
    this.#requireShort(from, to);
    if (to - from < this.#size) return;
    if (!this.#isName(to)) this.#large({ start: from, end: to, pieces: undefined });
    else if (to - from > MAX_JSON_TOKEN) throw tooLong();
  }

  closed(at: number): void {
    this.#requireShort(at);
    const frame = this.#frames.pop();
    if (frame === undefined || (frame.pieces === undefined && at - frame.start < this.#size))
      return;
    const last: Piece = { kind: 'members', from: frame.pieceStart, to: at };
    this.#large({ start: frame.start, end: at + 1, pieces: [...(frame.pieces ?? []), last] });
  }

  /** The text has come to its end. */
  ended(): void {
    this.#requireShort(this.#json.length);
  }

  /** Since what came last, neither text nor comma nor bracket: what stands there is parsed in one step. */
  #requireShort(at: number, seen = at + 1): void {
    if (at - this.#seen > MAX_JSON_TOKEN) throw tooLong();
    this.#seen = seen;
  }

  /** Whether the text that ends before `at` is a name: a colon follows. */
  #isName(at: number): boolean {
    const end = at + MAX_JSON_TOKEN;
    let next = at;
    while (next < end && ' \t\n\r'.includes(this.#json[next] ?? 'end')) next++;
    return this.#json[next] === ':';
  }

  #large(value: Large): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) {
      this.root ??= value;
      return;
    }
    if (frame.pieceStart < frame.memberStart) this.#cut(frame, frame.memberStart - 1);
    (frame.pieces ??= []).push({ kind: 'large', from: frame.memberStart, value });
    frame.pieceStart = value.end;
  }

  #cut(frame: Frame, at: number): void {
    (frame.pieces ??= []).push({ kind: 'members', from: frame.pieceStart, to: at });
    frame.pieceStart = at + 1;
  }
}

const tooLong = () => new JsonLimitError('too-long', MAX_JSON_TOKEN);
