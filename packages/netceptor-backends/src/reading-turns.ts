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

  /** Takes a chunk that the socket has given; it gives no other before that one is done. */
  take(chunk: Buffer): void {
    if (this.#goOn(chunk, 0) >= chunk.length) return;
    this.#socket.pause();
  }

  /** Reads for one turn, and sees to the next. */
  #goOn(chunk: Buffer, from: number): number {
    this.#endsAt = performance.now() + TURN_MS;
    const at = this.#reader.push(chunk, from, this.#isOver);
    if (at < chunk.length) {
      setImmediate(() => {
        if (this.#goOn(chunk, at) >= chunk.length) this.#socket.resume();
      });
    }
    return at;
  }

  readonly #isOver = (): boolean =>
    (++this.#messages & (MESSAGES_A_LOOK - 1)) === 0 && performance.now() > this.#endsAt;
}
