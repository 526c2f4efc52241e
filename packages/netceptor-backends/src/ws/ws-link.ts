import type { Socket } from 'node:net';
import { MAX_MESSAGE_BYTES, type LinkOptions, type MeshNode } from '@receptorjs/netceptor';
import type { WebSocket } from 'ws';
import { QUEUE_BOUNDS } from '../tcp/frame-queue.js';
import { MessageTurns } from '../message-turns.js';
import { QueuedLink, type Carrier } from '../queued-link.js';
import { keepAlive } from '../tcp/tcp-link.js';

/**
 * What both ends ask of the library. No compression: what streams carry is encrypted already. A message longer than
 * `maxPayload` ends the link; one longer than the mesh's longest is dropped.
 */
export const WS_OPTIONS = {
  perMessageDeflate: false,
  maxPayload: 1_048_576,
  maxFragments: 1_024,
  maxBufferedChunks: 1_024,
  skipUTF8Validation: true,
} as const;

const SEND_OPTIONS = { binary: true, compress: false, fin: true } as const;

/** Makes a link of an open WebSocket and the socket under it, which are the link's from now on. */
export function openWsLink(
  node: MeshNode,
  ws: WebSocket,
  socket: Socket,
  description: string,
  options: LinkOptions,
  origin?: string,
): QueuedLink {
  keepAlive(socket);
  const link = new QueuedLink(node, wsCarrier(ws, socket), description, options, origin);
  let failure: Error | undefined;
  const turns = new MessageTurns({
    // what one read of the socket holds; it is paused meanwhile
    maxWaitingBytes: 2 * WS_OPTIONS.maxPayload,
    pause: () => ws.pause(),
    resume: () => ws.resume(),
  });
  const take = (message: Buffer): void => link.receive(message, 0, message.length);
  ws.on('message', (message: Buffer) => {
    if (turns.mayTake()) take(message);
    else turns.wait(message.length, () => take(message));
  });
  ws.on('error', (error) => {
    failure = error;
  });
  ws.on('close', () => link.handleClosed(failure?.message ?? 'the connection was closed'));
  ws.resume();
  return link;
}

function wsCarrier(ws: WebSocket, socket: Socket): Carrier {
  return {
    framing: 'messages',
    maxMessageBytes: MAX_MESSAGE_BYTES,
    batchBytes: QUEUE_BOUNDS.batch,
    write(batch, written) {
      socket.cork();
      batch.forEach((message, at) => {
        if (at < batch.length - 1) ws.send(message, SEND_OPTIONS);
        else ws.send(message, SEND_OPTIONS, written);
      });
      socket.uncork();
    },
    end: () => ws.close(),
    destroy: (reason) => {
      ws.emit('error', new Error(reason));
      ws.terminate();
    },
  };
}
