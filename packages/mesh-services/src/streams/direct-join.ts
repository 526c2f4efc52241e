import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { BufferPool, isDirectStream, readChunks, type DirectStream } from '@receptorjs/primitives';

/** What is written to a socket at a time at most, in bytes. */
const PIECE_BYTES = 131_072;
/** How many pieces one socket may have that it has not written. */
const MAX_PIECES = 4;
/** Those of all sockets that nobody needs; 2 MiB are kept. */
const pieces = new BufferPool(PIECE_BYTES, 16);

/** Whether a stream can be read and written without the buffers of a `Duplex`, and nobody has begun to use those. */
export function isDirect(stream: Duplex): stream is DirectStream {
  return isDirectStream(stream) && stream.readableLength === 0 && stream.writableLength === 0;
}

/**
 * Joins a socket and a stream in both directions, by way of memory that is used again: what the socket receives is the
 * stream's at once as far as there is room, and what the stream receives lies in pieces that the socket writes.
 *
 * @param carries - Called once, when the first data comes.
 */
export function joinDirectly(socket: Socket, stream: DirectStream, carries: () => void): void {
  let carriesData = false;
  const note = (): void => {
    if (carriesData) return;
    carriesData = true;
    carries();
  };
  fromSocket(socket, stream, note);
  toSocket(stream, socket, note);
}

function fromSocket(socket: Socket, stream: DirectStream, note: () => void): void {
  /** Room for what the stream does not take at once, as much as one chunk; and what lies there. */
  let room = Buffer.alloc(0);
  let rest = room;
  let ended = false;
  const goOn = (): void => {
    rest = rest.subarray(stream.writeNow(rest));
    if (rest.length > 0) stream.whenWritable(goOn);
    else if (ended) stream.end();
    else socket.resume();
  };
  onceEnded(socket, () => {
    ended = true;
    if (rest.length === 0) stream.end();
  });
  readChunks(socket, (chunk) => {
    note();
    const taken = stream.writeNow(chunk);
    if (taken === chunk.length) return true;
    if (room.length < chunk.length - taken) room = Buffer.allocUnsafeSlow(chunk.length);
    rest = room.subarray(0, chunk.copy(room, 0, taken));
    stream.whenWritable(goOn);
    return false;
  });
}

function toSocket(stream: DirectStream, socket: Socket, note: () => void): void {
  let unwritten = 0;
  let refused = false;
  let piece: Buffer | undefined;
  const resume = stream.readTo({
    room() {
      refused = unwritten >= MAX_PIECES;
      if (!refused) piece = pieces.take();
      return refused ? undefined : piece;
    },
    filled(bytes) {
      const filled = piece;
      piece = undefined;
      if (filled === undefined) return;
      if (bytes === 0 || socket.destroyed) {
        pieces.give(filled);
        return;
      }
      note();
      unwritten += 1;
      socket.write(filled.subarray(0, bytes), () => {
        unwritten -= 1;
        pieces.give(filled);
        if (refused) resume();
      });
    },
  });
  onceEnded(stream, () => socket.end());
}

/** Calls back when a stream has ended, also where that was before: a socket reads by itself from the start. */
function onceEnded(stream: Duplex, ended: () => void): void {
  if (stream.readableEnded) ended();
  else stream.once('end', ended);
}
