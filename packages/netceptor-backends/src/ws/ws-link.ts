import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { MAX_MESSAGE_BYTES, type LinkOptions, type MeshNode } from '@receptorjs/netceptor';
import type { WebSocket } from 'ws';
import { QUEUE_BOUNDS } from '../tcp/frame-queue.js';
import { MessageTurns } from '../message-turns.js';
import { QueuedLink, type Carrier } from '../queued-link.js';
import { keepAlive, writeBatch } from '../tcp/tcp-link.js';
import { wsFraming } from './ws-framing.js';

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

/** One end of an open WebSocket. */
export interface WsEnd {
  readonly ws: WebSocket;
  /** The socket under it. */
  readonly socket: Socket;
  /** Whether this end has begun it: what that end sends is masked. */
  readonly isClient: boolean;
}

/**
 * Makes a link of an open WebSocket, which is the link's from now on. The library reads it and opens and closes it; messages
 * are framed where they lie and written to the socket, since the library would copy each to mask it.
 */
export function openWsLink(
  node: MeshNode,
  end: WsEnd,
  description: string,
  options: LinkOptions,
  origin?: string,
): QueuedLink {
  const { ws, socket } = end;
  keepAlive(socket);
  const link = new QueuedLink(node, wsCarrier(end), description, options, origin);
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

function wsCarrier({ ws, socket, isClient }: WsEnd): Carrier {
  return {
    framing: wsFraming({ isClient, isSecret: socket instanceof TLSSocket }),
    maxMessageBytes: MAX_MESSAGE_BYTES,
    batchBytes: QUEUE_BOUNDS.batch,
    write(batch, written) {
      // nothing may follow what says that the WebSocket ends
      if (ws.readyState === ws.OPEN) writeBatch(socket, batch, written);
    },
    end: () => ws.close(),
    destroy: (reason) => {
      ws.emit('error', new Error(reason));
      ws.terminate();
    },
  };
}
