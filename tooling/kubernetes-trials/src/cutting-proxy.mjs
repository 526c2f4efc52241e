import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

/**
 * Stands in front of an API server, below TLS, and resets each connection some time after it was made. It alone knows which
 * there are.
 */
export class CuttingProxy {
  /** @type {Set<import('node:net').Socket>} */
  #open = new Set();
  #cuts = 0;
  #server;

  /**
   * @param {string} server URL of the API server
   * @param {() => number} lifetimeMs of the next connection
   */
  constructor(server, lifetimeMs) {
    const { hostname, port } = new URL(server);
    this.#server = createServer((near) => {
      const far = connect(Number(port), hostname);
      const timer = setTimeout(() => {
        this.#cuts += 1;
        near.resetAndDestroy();
      }, lifetimeMs());
      this.#open.add(near);
      near.on('close', () => {
        clearTimeout(timer);
        this.#open.delete(near);
        far.destroy();
      });
      far.on('close', () => near.destroy());
      // both sides' ends are heard of by their close
      near.on('error', () => undefined);
      far.on('error', () => undefined);
      near.pipe(far);
      far.pipe(near);
    });
  }

  /** @param {string} server @param {() => number} lifetimeMs */
  static async start(server, lifetimeMs) {
    const proxy = new CuttingProxy(server, lifetimeMs);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** How many connections it has cut. */
  get cuts() {
    return this.#cuts;
  }

  /** Copies a kubeconfig in JSON, so that it leads here. @param {string} path @param {string} copy */
  kubeconfig(path, copy) {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    const config = JSON.parse(readFileSync(path, 'utf8'));
    for (const { cluster } of config.clusters) cluster.server = `https://127.0.0.1:${port}`;
    writeFileSync(copy, JSON.stringify(config), { mode: 0o600 });
    return copy;
  }

  async close() {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await once(this.#server, 'close');
  }
}
