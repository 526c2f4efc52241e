import { createConnection, createServer } from 'node:net';
import { once } from 'node:events';

/**
 * A way to a TCP port that can be cut as a network is: what is open stays open and nothing comes through, and what is opened gets no answer. Once it is mended, connections that
 * neither end has given up go on. It alone writes its fields.
 */
export class BreakableLink {
  #server;
  /** @type {Set<import('node:net').Socket[]>} */
  #pairs = new Set();
  #isCut = false;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {number} target port of 127.0.0.1 */
  constructor(target) {
    this.#server = createServer((near) => {
      near.on('error', () => near.destroy());
      if (this.#isCut) this.#waiting.push(() => this.#join(near, target));
      else this.#join(near, target);
    });
  }

  /** Begins, and gives the port to connect to. */
  async open() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('it has no port');
    return address.port;
  }

  /** Nothing comes through any more. */
  cut() {
    this.#isCut = true;
    for (const sockets of this.#pairs) {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    }
  }

  /** All comes through again. */
  mend() {
    this.#isCut = false;
    for (const [near, far] of this.#pairs) if (near && far) pipe(near, far);
    for (const join of this.#waiting.splice(0)) join();
  }

  close() {
    this.#server.close();
    for (const sockets of this.#pairs) for (const socket of sockets) socket.destroy();
  }

  #join(/** @type {import('node:net').Socket} */ near, /** @type {number} */ target) {
    if (near.destroyed) return;
    const far = createConnection(target, '127.0.0.1');
    const pair = [near, far];
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        // the other end of a cut hears nothing of it
        if (this.#isCut) return;
        this.#pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
    pipe(near, far);
  }
}

function pipe(
  /** @type {import('node:net').Socket} */ near,
  /** @type {import('node:net').Socket} */ far,
) {
  near.pipe(far);
  far.pipe(near);
}
