const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** The start and the factor of the FNV-1a hash. */
const [BASIS, PRIME] = [0x811c9dc5 | 0, 0x01000193];

/** A number for a text, going on from the number of another one: for texts of ASCII that of their bytes. */
export function hashText(text: string, from = BASIS): number {
  let hash = from;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}

/**
 * The first two fields of messages of one type, which are the node and another text: looked at where they lie, without
 * making anything of them, since this happens for every message that floods through the mesh. Only what is written in
 * ASCII without escapes is seen; the caller has to be ready for no answer. It alone writes its fields.
 */
export class FirstFields {
  readonly #beforeNode: Buffer;
  readonly #beforeSecond: Buffer;
  #chunk: Buffer = Buffer.alloc(0);
  #nodeAt = 0;
  #nodeEnd = 0;
  #secondAt = 0;
  #secondEnd = 0;
  #nodeHash = 0;
  #bothHash = 0;

  constructor(type: number, second: string) {
    this.#beforeNode = Buffer.from([type, ...Buffer.from('{"NodeID":"')]);
    this.#beforeSecond = Buffer.from(`","${second}":"`);
  }

  /** Finds the fields of the message `chunk[start..end)`; false when they do not stand at its beginning. */
  find(chunk: Buffer, start: number, end: number): boolean {
    this.#chunk = chunk;
    this.#nodeAt = after(chunk, start, end, this.#beforeNode);
    this.#nodeEnd = plainEnd(chunk, this.#nodeAt, end);
    this.#secondAt = after(chunk, this.#nodeEnd, end, this.#beforeSecond);
    this.#secondEnd = plainEnd(chunk, this.#secondAt, end);
    if (this.#secondEnd === end) return false;
    this.#nodeHash = hashBytes(chunk, this.#nodeAt, this.#nodeEnd, BASIS);
    this.#bothHash = hashBytes(chunk, this.#secondAt, this.#secondEnd, this.#nodeHash);
    return true;
  }

  /** What {@link hashText} says of the node found. */
  get nodeHash(): number {
    return this.#nodeHash;
  }

  /** What {@link hashText} says of the second field found, from {@link nodeHash} on. */
  get bothHash(): number {
    return this.#bothHash;
  }

  nodeIs(text: string): boolean {
    return isText(this.#chunk, this.#nodeAt, this.#nodeEnd, text);
  }

  secondIs(text: string): boolean {
    return isText(this.#chunk, this.#secondAt, this.#secondEnd, text);
  }
}

/** Where the text goes on after `expected`; `end` when something else stands there. */
function after(chunk: Buffer, start: number, end: number, expected: Buffer): number {
  if (end - start < expected.length) return end;
  for (let at = 0; at < expected.length; at++) {
    if (chunk[start + at] !== expected[at]) return end;
  }
  return start + expected.length;
}

/** Where a string without escapes ends; `end` when it has any, or no end. */
function plainEnd(chunk: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = chunk[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) return end;
  }
  return end;
}

function hashBytes(chunk: Buffer, start: number, end: number, from: number): number {
  let hash = from;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (chunk[at] ?? 0), PRIME);
  return hash;
}

function isText(chunk: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) {
    const byte = chunk[start + at] ?? 0;
    if (byte > 0x7f || byte !== text.charCodeAt(at)) return false;
  }
  return true;
}
