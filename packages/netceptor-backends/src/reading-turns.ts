import type { Socket } from 'node:net';
import type { FrameReader } from './tcp/frame-reader.js';

/** For how long one socket is read before all others have their turn, in milliseconds. */
const TURN_MS = 5;
/** The clock is looked at once in so many messages, a power of two: data takes a fraction of a microsecond each. */
const MESSAGES_A_LOOK = 16;

/**
 * Reads a socket in turns: a chunk of 64 KiB may be many messages that cost something, and while one peer's are taken no other is
 * heard. It alone writes its fields.
 */
export class ReadingTurns {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #messages = 0;
  #endsAt = 0;

  constructor(socket: Socket, reader: FrameReader) {
    this.#socket = socket;
    this.#reader = reader;
  }

  /** Takes a chunk, which is good until the call returns; false when no other may be given before the socket is resumed. */
  take(chunk: Buffer): boolean {
    const at = this.#goOn(chunk, 0);
    if (at < chunk.length) this.#later(Buffer.from(chunk.subarray(at)), 0);
    return at >= chunk.length;
  }

  /** Reads for one turn; returns where it has ended. */
  #goOn(chunk: Buffer, from: number): number {
    this.#endsAt = performance.now() + TURN_MS;
    return this.#reader.push(chunk, from, this.#isOver);
  }

  #later(rest: Buffer, from: number): void {
    setImmediate(() => {
      const at = this.#goOn(rest, from);
      if (at < rest.length) this.#later(rest, at);
      else this.#socket.resume();
    });
  }

  readonly #isOver = (): boolean =>
    (++this.#messages & (MESSAGES_A_LOOK - 1)) === 0 && performance.now() > this.#endsAt;
}
