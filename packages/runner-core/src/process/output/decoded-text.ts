import { StringDecoder } from 'node:string_decoder';
import { LargeText } from '../../events/large-text.js';

/** Bytes that are gathered before they become text. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Gathers the bytes of one text that may be large. They become text a piece at a time, so that of a large one there is never
 * much more than the text itself. Owns what was gathered.
 */
export class DecodedText {
  #decoder: StringDecoder | undefined;
  #pieces: Buffer[] = [];
  #pending = 0;
  #decoded: string[] = [];
  #bytes = 0;

  /** Bytes that were gathered. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds bytes behind those that were gathered; they may end within a character. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#pending += bytes.length;
    this.#bytes += bytes.length;
    if (this.#pending < BATCH_BYTES) return;
    this.#decoder ??= new StringDecoder('utf8');
    this.#decoded.push(this.#decoder.write(this.#joined()));
  }

  /** The text, in pieces where it is large; nothing is left of it. */
  takePieces(): string | LargeText {
    const last = this.#joined();
    const decoder = this.#decoder;
    const decoded = this.#decoded;
    this.clear();
    if (decoder === undefined) return last.toString('utf8');
    decoded.push(decoder.end(last));
    return new LargeText(decoded);
  }

  /** The text as one; nothing is left of it. */
  take(): string {
    return this.takePieces().toString();
  }

  /** Drops what was gathered. */
  clear(): void {
    this.#decoder = undefined;
    this.#pieces = [];
    this.#pending = 0;
    this.#decoded = [];
    this.#bytes = 0;
  }

  #joined(): Buffer {
    const pieces = this.#pieces;
    const [first] = pieces;
    this.#pieces = [];
    this.#pending = 0;
    return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
  }
}
