import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { MAX_MESSAGE_BYTES, type LinkOptions, type MeshNode } from '@receptorjs/netceptor';
import { readChunks } from '@receptorjs/primitives';
import type { WebSocket } from 'ws';
import { QUEUE_BOUNDS } from '../tcp/frame-queue.js';
import { QueuedLink, type Carrier } from '../queued-link.js';
import { ReadingTurns } from '../reading-turns.js';
import { keepAlive, writeBatch } from '../tcp/tcp-link.js';
import { WsFrameReader } from './ws-frame-reader.js';
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

/** What the library is given at a time, in bytes: with less than this waiting it never pauses the socket, which is ours to pause. */
const PASSED_BYTES = 8_192;

/**
 * Makes a link of an open WebSocket, which is the link's from now on. The library opens and closes it. Messages are read and
 * framed where they lie, since the library would copy each; all other frames are the library's, which answers pings, puts
 * fragments together and says what is wrong.
 */
export function openWsLink(
  node: MeshNode,
  end: WsEnd,
  description: string,
  options: LinkOptions,
  origin?: string,
): QueuedLink {
  const { ws, socket, isClient } = end;
  keepAlive(socket);
  const link = new QueuedLink(node, wsCarrier(end), description, options, origin);
  let failure: Error | undefined;
  // the listener of the library is the only one there
  const [library] = socket.listeners('data') as ((chunk: Buffer) => void)[];
  if (library === undefined) throw new Error('the library does not read the socket');
  socket.removeListener('data', library);
  let isPassing = false;
  const reader = new WsFrameReader({
    isMasked: !isClient,
    take: (chunk, start, end_) => link.receive(chunk, start, end_),
    pass(bytes) {
      isPassing = true;
      for (let at = 0; at < bytes.length; at += PASSED_BYTES) {
        // the library takes nothing after an error, nor of a socket that is closed: it would throw
        if (socket.destroyed || failure !== undefined) break;
        library.call(socket, Buffer.from(bytes.subarray(at, at + PASSED_BYTES)));
      }
      isPassing = false;
    },
  });
  ws.on('message', (message: Buffer) => {
    if (isPassing) link.receive(message, 0, message.length);
  });
  ws.on('error', (error) => {
    failure ??= error;
  });
  ws.on('close', () => link.handleClosed(failure?.message ?? 'the connection was closed'));
  const turns = new ReadingTurns(socket, reader);
  readChunks(socket, (chunk) => turns.take(chunk));
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
