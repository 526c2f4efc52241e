const ESCAPE = '\u001b';
/** What a mark begins and ends with. */
const EDGE = `${ESCAPE}[K`;
/** Characters of base64 that a piece has at most. */
const PIECE = 78;
/** Characters of the uuids that the plugin makes, and what stands behind one in the JSON. */
const UUID_LENGTH = 36;
const UUID_END = '"}';

/** Longest mark that is recognised, in bytes. */
export const MAX_MARK_BYTES = 1024;

/** What a mark says: an event with this uuid begins, or (without one) the current event ends. */
export interface Mark {
  readonly uuid?: string;
}

/** The bytes of a mark as the callback plugin prints it. */
export function encodeMark(secret: string, uuid?: string): Buffer {
  const content = JSON.stringify(uuid === undefined ? { secret } : { secret, uuid });
  const text = Buffer.from(content).toString('base64');
  const pieces = text.match(/.{1,78}/g) ?? [];
  const body = pieces.map((piece) => `${piece}${ESCAPE}[${piece.length}D`).join('');
  return Buffer.from(`${EDGE}${body}${EDGE}`, 'latin1');
}

/** Bytes every mark of a run starts with; they contain the secret, so no other text does. */
export function markPrefix(secret: string): Buffer {
  const content = Buffer.from(`{"secret":"${secret}"`);
  const whole = content.length - (content.length % 3);
  const text = content.subarray(0, whole).toString('base64');
  if (text.length > PIECE) throw new RangeError('the secret is too long for one piece of a mark');
  return Buffer.from(`${EDGE}${text}`, 'latin1');
}

/** It becomes part of a file name. */
const usableUuid = /^[\w.-]{1,128}$/;
const base64Text = /^[A-Za-z0-9+/=]+$/;

/**
 * The marks that begin an event whose uuid has 36 characters, as those of the plugin have. All are of one length, so that they are
 * read without searching, and without a parser of JSON.
 */
export class UsualMarks {
  /** Bytes that each of them has. */
  readonly length: number;
  /** What stands before the uuid in the JSON. */
  readonly #before: string;
  readonly #jsonLength: number;
  /** What stands behind the first piece, and behind the second, less its padding. */
  readonly #between = `${ESCAPE}[${PIECE}D`;
  readonly #behind: string;
  /** Where the second piece begins in a mark. */
  readonly #second = EDGE.length + PIECE + this.#between.length;
  /** The JSON, with room for more than it may have. */
  readonly #json: Buffer;

  constructor(secret: string) {
    this.length = encodeMark(secret, '0'.repeat(UUID_LENGTH)).length;
    this.#before = `{"secret":"${secret}","uuid":"`;
    this.#jsonLength = this.#before.length + UUID_LENGTH + UUID_END.length;
    this.#json = Buffer.alloc(this.#jsonLength + 3);
    const rest = Math.ceil(this.#jsonLength / 3) * 4 - PIECE;
    const padding = '='.repeat((3 - (this.#jsonLength % 3)) % 3);
    this.#behind = `${padding}${ESCAPE}[${rest}D${EDGE}`;
  }

  /**
   * The uuid of the mark that begins at `start`, where {@link markPrefix} was found; `undefined` where it is none of these, or its end
   * is not there yet.
   */
  uuidAt(bytes: Buffer, start: number): string | undefined {
    const mark = bytes.toString('latin1', start, start + this.length);
    if (!mark.endsWith(this.#behind) || !mark.startsWith(this.#between, EDGE.length + PIECE))
      return undefined;
    const first = mark.slice(EDGE.length, EDGE.length + PIECE);
    const text = first + mark.slice(this.#second, -this.#behind.length);
    // Characters that are none of base64 are left out, and it becomes shorter.
    if (this.#json.write(text, 'base64') !== this.#jsonLength) return undefined;
    const json = this.#json.toString('latin1', 0, this.#jsonLength);
    if (!json.startsWith(this.#before) || !json.endsWith(UUID_END)) return undefined;
    const uuid = json.slice(this.#before.length, -UUID_END.length);
    return usableUuid.test(uuid) ? uuid : undefined;
  }
}

/** Reads a complete mark, from `ESC[K` to `ESC[K`; `undefined` when it is none of this run. */
export function decodeMark(bytes: Buffer, secret: string): Mark | undefined {
  const text = joinedPieces(bytes.toString('latin1', 3, bytes.length - 3));
  if (text === undefined) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  const { secret: said, uuid } = content as Record<string, unknown>;
  if (said !== secret) return undefined;
  if (uuid === undefined) return {};
  return typeof uuid === 'string' && usableUuid.test(uuid) ? { uuid } : undefined;
}

/** The base64 of pieces of at most 78 characters, each with its length behind it; `undefined` where that is not what they are. */
function joinedPieces(body: string): string | undefined {
  let text = '';
  for (let at = 0; at < body.length;) {
    const end = body.indexOf(ESCAPE, at);
    const length = end - at;
    const back = `${ESCAPE}[${length}D`;
    if (length < 1 || length > PIECE || !body.startsWith(back, end)) return undefined;
    text += body.slice(at, end);
    at = end + back.length;
  }
  return base64Text.test(text) ? text : undefined;
}
