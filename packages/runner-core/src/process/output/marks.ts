const ESCAPE = '\u001b';
/** What a mark begins and ends with. */
const EDGE = `${ESCAPE}[K`;
/** Characters of base64 that a piece has at most. */
const PIECE = 78;
/** Characters of the uuids that the plugin makes. */
const UUID_LENGTH = 36;

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

/** What a byte is worth in base64; 64 for one that is none of it. */
const base64Values = new Uint8Array(256).fill(64);
for (const [value, byte] of Buffer.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
).entries())
  base64Values[byte] = value;

/**
 * The marks that begin an event whose uuid has 36 characters, as those of the plugin have. All are of one length and differ only in
 * the base64 of the uuid, so that they are read without searching, without a parser of JSON, and without text in between.
 */
export class UsualMarks {
  /** Bytes that each of them has. */
  readonly length: number;
  /** One of them. */
  readonly #example: Buffer;
  /** Where in a mark the base64 is that says the uuid, and a little before and behind it. */
  readonly #places: readonly number[] = [];
  /** For each byte of a mark 1 where it is one of those. */
  readonly #varies: Uint8Array;
  /** What that base64 stands for, and where in it the uuid is. */
  readonly #json: Buffer;
  readonly #exampleJson: Buffer;
  readonly #uuidAt: number;

  constructor(secret: string) {
    const uuid = '0'.repeat(UUID_LENGTH);
    const before = `{"secret":"${secret}","uuid":"`.length;
    this.#example = encodeMark(secret, uuid);
    this.length = this.#example.length;
    const first = Math.floor(before / 3);
    const last = Math.floor((before + UUID_LENGTH - 1) / 3);
    const between = `${ESCAPE}[${PIECE}D`.length;
    this.#places = Array.from({ length: (last - first + 1) * 4 }, (_, at) => {
      const character = first * 4 + at;
      return EDGE.length + character + (character < PIECE ? 0 : between);
    });
    this.#varies = new Uint8Array(this.length);
    for (const place of this.#places) this.#varies[place] = 1;
    this.#uuidAt = before - first * 3;
    this.#json = Buffer.alloc((last - first + 1) * 3);
    this.#exampleJson = Buffer.from(JSON.stringify({ secret, uuid })).subarray(
      first * 3,
      (last + 1) * 3,
    );
  }

  /**
   * The uuid of the mark that begins at `start`, where {@link markPrefix} was found; `undefined` where it is none of these, or its end
   * is not there yet.
   */
  uuidAt(bytes: Buffer, start: number): string | undefined {
    if (bytes.length < start + this.length || !this.#isLike(bytes, start)) return undefined;
    const json = this.#json;
    const places = this.#places;
    for (let at = 0, to = 0; at < places.length; to += 3) {
      let value = 0;
      for (const end = at + 4; at < end; at++) {
        const six = base64Values[bytes[start + (places[at] ?? 0)] ?? 0] ?? 64;
        if (six > 63) return undefined;
        value = (value << 6) | six;
      }
      json[to] = value >> 16;
      json[to + 1] = value >> 8;
      json[to + 2] = value;
    }
    const from = this.#uuidAt;
    const to = from + UUID_LENGTH;
    for (let at = 0; at < json.length; at++)
      if ((at < from || at >= to) && json[at] !== this.#exampleJson[at]) return undefined;
    const uuid = json.toString('latin1', from, to);
    return usableUuid.test(uuid) ? uuid : undefined;
  }

  /** Whether all bytes are there that are the same in every mark. */
  #isLike(bytes: Buffer, start: number): boolean {
    const example = this.#example;
    for (let at = 0; at < example.length; at++)
      if (bytes[start + at] !== example[at] && this.#varies[at] === 0) return false;
    return true;
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
