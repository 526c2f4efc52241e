import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { MAX_MESSAGE_BYTES, type LinkOptions, type MeshNode } from '@receptorjs/netceptor';
import { readChunks } from '@receptorjs/primitives';
import { QUEUE_BOUNDS } from './frame-queue.js';
import { FrameReader, lengthPrefixed } from './frame-reader.js';
import { QueuedLink, type Carrier } from '../queued-link.js';
import { ReadingTurns } from '../reading-turns.js';
import { CLOSED_AT_ONCE, describeFailure } from '../refused-certificate.js';

const KEEP_ALIVE_MS = 15_000;
const CLOSED = 'the connection was closed';

/** Makes a link of a connected TCP or TLS socket, which is the link's from now on. */
export function openTcpLink(
  node: MeshNode,
  socket: Socket,
  description: string,
  options: LinkOptions,
  origin?: string,
): QueuedLink {
  keepAlive(socket);
  const link = new QueuedLink(node, tcpCarrier(socket), description, options, origin);
  const reader = new FrameReader((chunk, start, end) => link.receive(chunk, start, end));
  const turns = new ReadingTurns(socket, reader);
  let failure: Error | undefined;
  let heard = false;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    const end = heard || !(socket instanceof TLSSocket) ? CLOSED : CLOSED_AT_ONCE;
    link.handleClosed(failure === undefined ? end : describeFailure(failure));
  });
  readChunks(socket, (chunk) => {
    heard = true;
    return turns.take(chunk);
  });
  return link;
}

/** Sets a socket up for the messages of a link: sent at once, and a peer that vanished is noticed. */
export function keepAlive(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
}

/** Writes buffers by one call of the system; calls `written` when they are. */
export function writeBatch(socket: Socket, batch: readonly Buffer[], written: () => void): void {
  socket.cork();
  batch.forEach((buffer, at) => {
    if (at < batch.length - 1) socket.write(buffer);
    else socket.write(buffer, written);
  });
  socket.uncork();
}

function tcpCarrier(socket: Socket): Carrier {
  return {
    framing: lengthPrefixed,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    batchBytes: QUEUE_BOUNDS.batch,
    write: (batch, written) => writeBatch(socket, batch, written),
    end: () => void socket.end(),
    destroy: (reason) => void socket.destroy(new Error(reason)),
  };
}
