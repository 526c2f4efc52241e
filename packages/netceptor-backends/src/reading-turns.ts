import type { Socket } from 'node:net';

/** For how long, and how much of one socket is read before all others have their turn, in milliseconds and bytes. */
const TURN_MS = 2;
const TURN_BYTES = 1_048_576;
/** The clock is looked at once in so many messages, a power of two: data takes a fraction of a microsecond each. */
const MESSAGES_A_LOOK = 16;

/** What takes the messages out of the chunks that a socket gives. */
export interface ChunkReader {
  /** Takes a chunk from a place on, until `isTurnOver`; returns where it stopped, from where the rest is to be given again. */
  push(chunk: Buffer, from: number, isTurnOver: () => boolean): number;
}

/**
 * Reads a socket in turns: Node.js reads one socket some 32 times before any other has its turn, and a single chunk may be many
 * messages that cost something. It alone writes its fields.
 */
export class ReadingTurns {
  readonly #socket: Socket;
  readonly #reader: ChunkReader;
  #messages = 0;
  #inTurn = false;
  #endsAt = 0;
  #bytesLeft = 0;
  /** The socket gives nothing until the next turn. */
  #stopped = false;
  /** What the turn has left of a chunk. */
  #rest = Buffer.alloc(0);

  constructor(socket: Socket, reader: ChunkReader) {
    this.#socket = socket;
    this.#reader = reader;
  }

  /** Takes a chunk, which is good until the call returns; false when no other may be given before the socket is resumed. */
  take(chunk: Buffer): boolean {
    if (!this.#inTurn) this.#begin();
    const at = this.#reader.push(chunk, 0, this.#isOver);
    if (at < chunk.length) this.#rest = Buffer.from(chunk.subarray(at));
    this.#bytesLeft -= chunk.length;
    this.#stopped = at < chunk.length || this.#bytesLeft <= 0 || performance.now() > this.#endsAt;
    return !this.#stopped;
  }

  #begin(): void {
    this.#inTurn = true;
    this.#endsAt = performance.now() + TURN_MS;
    this.#bytesLeft = TURN_BYTES;
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#inTurn = false;
    if (!this.#stopped) return;
    this.#stopped = false;
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    if (rest.length === 0 || this.take(rest)) this.#socket.resume();
  };

  readonly #isOver = (): boolean =>
    (++this.#messages & (MESSAGES_A_LOOK - 1)) === 0 && performance.now() > this.#endsAt;
}
