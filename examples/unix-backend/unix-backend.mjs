import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { UnixLink } from './unix-link.mjs';

/**
 * @typedef {import('@receptorjs/netceptor').LinkOptions} LinkOptions
 *
 * @typedef {import('@receptorjs/netceptor').MeshNode} MeshNode
 *
 * @typedef {{ close(): Promise<void> }} BackendEnd
 */

/** The most connections of a listener; further ones are closed at once. */
const MAX_CONNECTIONS = 256;
/** How long a dialer waits before it dials again, in milliseconds: the first time, and at most. */
const REDIAL_MS = { first: 100, longest: 20_000 };

/**
 * Lets peers on this machine link to a node. Resolves when it listens; ends with the node.
 *
 * @param {MeshNode} node
 * @param {string} path
 * @param {LinkOptions} [options]
 * @returns {Promise<BackendEnd>}
 */
export async function listenUnix(node, path, options = {}) {
  node.checkLinkOptions(options);
  /** @type {Set<UnixLink>} */
  const links = new Set();
  const server = createServer((socket) => {
    const link = new UnixLink(node, socket, path, options);
    links.add(link);
    void link.closed.then(() => links.delete(link));
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(path);
  await once(server, 'listening');
  return closedWith(node, async () => {
    const closed = once(server, 'close');
    server.close();
    for (const link of links) link.close();
    await closed;
  });
}

/**
 * Links a node to a listener, and again whenever the link is gone, until it is closed. Ends with the node.
 *
 * @param {MeshNode} node
 * @param {string} path
 * @param {LinkOptions} [options]
 * @returns {BackendEnd}
 */
export function dialUnix(node, path, options = {}) {
  node.checkLinkOptions(options);
  const stop = new AbortController();
  const dialing = dialUntil(stop.signal, node, path, options);
  return closedWith(node, async () => {
    stop.abort();
    await dialing;
  });
}

/**
 * @param {AbortSignal} signal
 * @param {MeshNode} node
 * @param {string} path
 * @param {LinkOptions} options
 */
async function dialUntil(signal, node, path, options) {
  let wait = REDIAL_MS.first;
  while (!signal.aborted) {
    const link = await dialOnce(signal, node, path, options);
    await link?.closed;
    if (link?.wasEstablished) wait = REDIAL_MS.first;
    // an abort ends the wait
    await delay(wait, undefined, { signal }).catch(() => undefined);
    wait = Math.min(2 * wait, REDIAL_MS.longest);
  }
}

/**
 * @param {AbortSignal} signal ends the link
 * @param {MeshNode} node
 * @param {string} path
 * @param {LinkOptions} options
 * @returns {Promise<UnixLink | undefined>} undefined where no connection is made
 */
async function dialOnce(signal, node, path, options) {
  const socket = connect(path);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    if (!signal.aborted) node.linkFailed({ link: `unix ${path}`, reason: String(error) });
    return undefined;
  }
  const link = new UnixLink(node, socket, path, options);
  const close = () => link.close();
  signal.addEventListener('abort', close);
  void link.closed.then(() => signal.removeEventListener('abort', close));
  return link;
}

/**
 * @param {MeshNode} node
 * @param {() => Promise<void>} end
 * @returns {BackendEnd} closes once, with the node at the latest
 */
function closedWith(node, end) {
  /** @type {Promise<void> | undefined} */
  let ending;
  const close = () => {
    node.off('close', close);
    ending ??= end();
    return ending;
  };
  node.once('close', close);
  return { close };
}
