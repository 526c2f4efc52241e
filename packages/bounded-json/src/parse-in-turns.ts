import { JsonLimitError, type JsonLimits } from './json-limits.js';
import { JsonOutline, type Large, type Piece } from './json-outline.js';
import { JsonScan } from './json-scan.js';
import { LoopTurns } from './loop-turns.js';
import { parseBoundedJson } from './parse-json.js';

/** Characters that are looked at or parsed in one step: about a millisecond. */
const STEP = 128 * 1024;

/**
 * As {@link parseBoundedJson}, but a large text is taken in steps between which other work of the process gets its turn. The
 * same value comes out, and what isn't JSON is refused the same.
 *
 * @param step characters of a step; by default 128 Ki
 * @throws {JsonLimitError} for a text beyond the limits
 * @throws {SyntaxError} for one that isn't JSON
 */
export async function parseBoundedJsonInTurns(
  text: string,
  limits: JsonLimits = {},
  step = STEP,
): Promise<unknown> {
  if (text.length <= step) return parseBoundedJson(text, limits);
  const turns = new LoopTurns();
  const outline = new JsonOutline(text, step);
  const scan = new JsonScan(text, limits, outline);
  while (scan.at < text.length) {
    scan.advance(scan.at + step);
    await turns.due();
  }
  if (!scan.isWhole) throw new SyntaxError('The JSON text does not end, or ends too early');
  outline.ended();
  const { root } = outline;
  if (root === undefined) return JSON.parse(text);
  if (!isBlank(text.slice(0, root.start))) throw unexpected(0);
  if (!isBlank(text.slice(root.end))) throw unexpected(root.end);
  return new LargeParser(text, step, turns).value(root);
}

/** What was found behind the beginning of an object or list. */
export interface FoundJson {
  /** The place behind its last bracket; `undefined` when it does not end, or is beyond the limits. */
  readonly end: number | undefined;
  /** How far the text was looked at. */
  readonly seen: number;
}

/** Looks for the end of the object or list that begins at `start`. A guess for a text that is no JSON: parse what lies between. */
export async function findEndOfJson(
  text: string,
  start: number,
  limits: JsonLimits = {},
): Promise<FoundJson> {
  const turns = new LoopTurns();
  const scan = new JsonScan(text, limits, undefined, start);
  try {
    do {
      scan.advance(scan.at + STEP, true);
      await turns.due();
    } while (!scan.isWhole && scan.at < text.length);
  } catch (error) {
    if (error instanceof JsonLimitError) return { end: undefined, seen: scan.at };
    throw error;
  }
  return { end: scan.isWhole ? scan.at : undefined, seen: scan.at };
}

/** Parses the large parts of a text by their outline. */
class LargeParser {
  readonly #text: string;
  readonly #step: number;
  readonly #turns: LoopTurns;

  constructor(text: string, step: number, turns: LoopTurns) {
    this.#text = text;
    this.#step = step;
    this.#turns = turns;
  }

  async value({ start, end, pieces }: Large): Promise<unknown> {
    if (pieces === undefined) return this.#long(start + 1, end - 1);
    const isList = this.#text[start] === '[';
    if (this.#text[end - 1] !== (isList ? ']' : '}')) throw unexpected(end - 1);
    return isList ? this.#list(pieces) : this.#object(pieces);
  }

  async #list(pieces: readonly Piece[]): Promise<unknown[]> {
    const list: unknown[] = [];
    for (const [index, piece] of pieces.entries()) {
      if (piece.kind === 'large') {
        if (!isBlank(this.#text.slice(piece.from, piece.value.start))) throw unexpected(piece.from);
        list.push(await this.value(piece.value));
      } else
        for (const one of JSON.parse(`[${this.#members(pieces, index)}]`) as unknown[])
          list.push(one);
      await this.#turns.due();
    }
    return list;
  }

  async #object(pieces: readonly Piece[]): Promise<object> {
    const object = {};
    for (const [index, piece] of pieces.entries()) {
      if (piece.kind === 'large') {
        const name = this.#text.slice(piece.from, piece.value.start);
        for (const key of Object.keys(JSON.parse(`{${name}[]}`) as object))
          put(object, key, await this.value(piece.value));
      } else {
        const members = JSON.parse(`{${this.#members(pieces, index)}}`) as object;
        for (const [key, value] of Object.entries(members)) put(object, key, value);
      }
      await this.#turns.due();
    }
    return object;
  }

  /** The members of a stretch, without the comma that parts them from a large one before. */
  #members(pieces: readonly Piece[], index: number): string {
    const piece = pieces[index];
    if (piece?.kind !== 'members') return '';
    const text = this.#text.slice(piece.from, piece.to);
    if (pieces[index - 1]?.kind !== 'large') {
      if (pieces.length > 1 && isBlank(text)) throw unexpected(piece.to);
      return text;
    }
    if (isBlank(text)) return '';
    const [comma, members = ''] = /^[ \t\n\r]*,/.test(text)
      ? [',', text.slice(text.indexOf(',') + 1)]
      : [];
    if (comma === undefined || isBlank(members)) throw unexpected(piece.from);
    return members;
  }

  /** A long text, a stretch after the other, none of which ends within an escape sequence. */
  async #long(from: number, to: number): Promise<string> {
    let whole = '';
    for (let at = from; at < to;) {
      const end = Math.min(this.#endOfStretch(at), to);
      whole += JSON.parse(`"${this.#text.slice(at, end)}"`) as string;
      at = end;
      await this.#turns.due();
    }
    return whole;
  }

  #endOfStretch(from: number): number {
    // Searched alone: a search in the whole would go to its end for each stretch.
    const stretch = this.#text.slice(from, from + this.#step);
    let at = 0;
    for (;;) {
      const escape = stretch.indexOf('\\', at);
      if (escape < 0) return from + Math.max(at, this.#step);
      at = escape + (this.#text[from + escape + 1] === 'u' ? 6 : 2);
      if (at >= this.#step) return from + at;
    }
  }
}

/** As the parser does it: `__proto__` is a name like any other. */
function put(object: object, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  else (object as Record<string, unknown>)[key] = value;
}

const isBlank = (text: string): boolean => /^[ \t\n\r]*$/.test(text);

const unexpected = (at: number): SyntaxError =>
  new SyntaxError(`Unexpected character in JSON near position ${at}`);
