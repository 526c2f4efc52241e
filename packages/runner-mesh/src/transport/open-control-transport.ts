import type { Logger } from '@receptorjs/netceptor';
import type { ControlTransport } from './control-transport.js';
import { DEFAULT_PEER, openDefaultSocket, socketsToTry } from './default-peer.js';
import { EphemeralNode } from './ephemeral-node.js';
import { NodeRunError } from '../errors.js';
import { LocalNode } from './local-node.js';
import type { NodeOptions } from '../node-options.js';
import { parsePeer } from './peer-address.js';
import { certificateNodeId } from './tls-files.js';
import type { OnWaiting } from './waiting.js';

/** Milliseconds for each step to the node, unless said otherwise. */
const PEER_MS = 15_000;

/** The way that is wanted, and who hears of it. */
export type TransportOptions = NodeOptions & {
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onWaiting?: OnWaiting | undefined;
};

/**
 * Opens the control transport to a node that the options ask for.
 *
 * @throws {NodeRunError} `bad-peer`, `no-peer`, `peer-timeout`, `node-id-in-use`; the signal's reason
 */
export async function openControlTransport(options: TransportOptions): Promise<ControlTransport> {
  const { viaReceptor: target, receptorPeer, peerTimeoutMs = PEER_MS } = options;
  const { receptorNodeId, log, signal, onWaiting } = options;
  if (target === '') throw new NodeRunError('bad-peer', 'The ID of the node is empty');
  const limits = { target, timeoutMs: peerTimeoutMs, signal, onWaiting };
  if (receptorPeer === undefined && receptorNodeId === undefined) {
    const local = await openDefaultSocket(socketsToTry(process.env), limits);
    if (local !== undefined) return local;
  }
  const peerName = receptorPeer ?? DEFAULT_PEER;
  const peer = parsePeer(peerName);
  if (peer.kind === 'socket') {
    if (receptorNodeId !== undefined || options.receptorTls || options.receptorControlTls === true)
      throw new NodeRunError(
        'bad-peer',
        `The peer ${peerName} is a node of its own: no node ID or TLS files can be given for it; it has a tls-client for the far control service.`,
      );
    return LocalNode.open(peer.path, limits);
  }
  if (options.receptorTlsClient !== undefined)
    throw new NodeRunError(
      'bad-peer',
      `A tls-client has its name in the configuration of a node with a unix: peer; ${peerName} is none.`,
    );
  if (target.toLowerCase() === 'localhost')
    throw new NodeRunError('bad-peer', 'localhost is no ID of a node; name the node by its own.');
  const joining = EphemeralNode.join({
    ...limits,
    peer,
    peerName,
    nodeId: receptorNodeId ?? (await certificateNodeId(options.receptorTls)),
    tls: options.receptorTls,
    controlTls: options.receptorControlTls,
    log,
  });
  return receptorPeer === undefined ? joining.catch(suggestPeers) : joining;
}

/** Nothing was said of where the mesh is entered, and the last resort did not answer. */
function suggestPeers(error: unknown): never {
  if (!(error instanceof NodeRunError) || error.code !== 'no-peer') throw error;
  const named = process.env.RECEPTORCTL_SOCKET;
  const tried = named ? `; nor does a node behind RECEPTORCTL_SOCKET=${named}` : '';
  throw new NodeRunError(
    'no-peer',
    `${error.message}${tried}. Name a node of this machine by --receptor-peer unix:PATH or the variable RECEPTORCTL_SOCKET, or one elsewhere by --receptor-peer receptor://HOST:PORT.`,
    { cause: error.cause },
  );
}
