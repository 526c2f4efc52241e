import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { join } from 'node:path';
import { headOf, rawRefusal, refusal } from './fault-answers.mjs';
import { FaultRules, matches, verbOf } from './fault-rules.mjs';
import { FaultStream } from './fault-stream.mjs';
import { seededRandom } from './seeded-random.mjs';

/** So many requests are remembered. */
const REMEMBERED = 2000;
/**
 * Stands in front of an API server and does to requests what its rules say. It alone knows which are open.
 *
 * @implements {FaultProxyMembers}
 * @typedef {import('./index.d.mts').FaultProxy} FaultProxyMembers
 * @typedef {import('node:http').IncomingMessage} Asked
 * @typedef {import('node:http').ServerResponse} Answer
 * @typedef {import('node:net').Socket} Socket
 */
export class FaultProxy {
  #server;
  #upstream;
  #ca;
  #folder;
  #random;
  #rules = new FaultRules();
  /** Below TLS: only these can be reset. @type {Map<number, Socket>} */
  #sockets = new Map();
  /** @type {Set<FaultStream>} */
  #streams = new Set();
  /** @type {import('./index.d.mts').SeenRequest[]} */
  #seen = [];
  /** @type {Map<import('./index.d.mts').SeenRequest['verb'], number>} */
  #cuts = new Map();
  /** @type {WeakMap<import('./index.d.mts').Fault, number>} */
  #met = new WeakMap();
  #made = 0;

  /**
   * @param {import('./index.d.mts').Cluster} cluster
   * @param {number} seed
   */
  constructor({ server, ca, folder }, seed) {
    this.#upstream = new URL(server);
    this.#ca = ca;
    this.#folder = folder;
    this.#random = seededRandom(seed);
    const pki = (/** @type {string} */ name) => readFileSync(join(folder, 'pki', name));
    this.#server = createServer({ cert: pki('apiserver.crt'), key: pki('apiserver.key') });
    this.#server.on('connection', (/** @type {Socket} */ socket) => {
      const port = socket.remotePort ?? 0;
      this.#sockets.set(port, socket);
      socket.on('close', () => {
        // which another one may have by now
        if (this.#sockets.get(port) === socket) this.#sockets.delete(port);
      });
    });
    // whoever asked has gone, or was cut
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('request', (asked, answer) => void this.#request(asked, answer));
    this.#server.on('upgrade', (asked, socket, head) => {
      void this.#upgrade(asked, /** @type {Socket} */ (socket), head);
    });
  }

  /**
   * @param {import('./index.d.mts').Cluster} cluster
   * @param {{ seed?: number }} [options]
   */
  static async start(cluster, { seed = 1 } = {}) {
    const proxy = new FaultProxy(cluster, seed);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get server() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `https://127.0.0.1:${port}`;
  }

  get requests() {
    return this.#seen;
  }

  met(/** @type {import('./index.d.mts').Fault} */ fault) {
    return this.#met.get(fault) ?? 0;
  }

  get cuts() {
    return this.#cuts;
  }

  get open() {
    return this.#streams.size;
  }

  kubeconfig(/** @type {string} */ path) {
    this.#made += 1;
    const { port } = new URL(this.server);
    const copy = join(this.#folder, 'config', `proxy-${port}-${this.#made}.kubeconfig`);
    const config = JSON.parse(readFileSync(path, 'utf8'));
    for (const { cluster } of config.clusters) cluster.server = this.server;
    writeFileSync(copy, JSON.stringify(config), { mode: 0o600 });
    return copy;
  }

  add(/** @type {import('./index.d.mts').FaultRule} */ rule) {
    return this.#rules.add(rule);
  }

  clear() {
    this.#rules.clear();
  }

  /**
   * @param {import('./index.d.mts').RequestMatch} [match]
   * @param {import('./index.d.mts').Cut} [how]
   */
  cut(match = {}, how = 'reset') {
    const chosen = [...this.#streams].filter(({ seen }) => matches(match, seen.method, seen.url));
    for (const stream of chosen) stream.cut(how);
    return chosen.length;
  }

  /**
   * @param {import('./index.d.mts').RequestMatch} match
   * @param {number} [count]
   */
  async asked(match, count = 1) {
    let number = 0;
    const found = this.#seen.find(
      ({ method, url }) => matches(match, method, url) && (number += 1) === count,
    );
    if (found) return found;
    for (;;) {
      const [seen] = await once(this.#server, 'seen');
      if (matches(match, seen.method, seen.url) && (number += 1) === count) return seen;
    }
  }

  async close() {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /**
   * Notes a request and finds its fault.
   *
   * @param {Asked} asked
   * @param {import('node:stream').Writable} answer
   */
  #begin(asked, answer) {
    const { method = 'GET', url = '/' } = asked;
    const fault = this.#rules.take(method, url) ?? {};
    this.#met.set(fault, this.met(fault) + 1);
    /** @type {import('./index.d.mts').SeenRequest} */
    const seen = { method, url, verb: verbOf(method, url), fault, status: undefined };
    this.#seen.push(seen);
    if (this.#seen.length > REMEMBERED) this.#seen.shift();
    const socket = this.#sockets.get(asked.socket.remotePort ?? 0) ?? asked.socket;
    const stream = new FaultStream(seen, socket, answer);
    this.#streams.add(stream);
    answer.on('error', () => undefined);
    answer.on('close', () => {
      stream.close();
      this.#streams.delete(stream);
      if (seen.isCut) this.#cuts.set(seen.verb, (this.#cuts.get(seen.verb) ?? 0) + 1);
    });
    this.#server.emit('seen', seen);
    return stream;
  }

  async #request(/** @type {Asked} */ asked, /** @type {Answer} */ answer) {
    const stream = this.#begin(asked, answer);
    const { seen } = stream;
    const { fault } = seen;
    try {
      await stream.pause();
      if (fault.hang) return;
      if (fault.status !== undefined) {
        const { status, headers, body } = refusal(fault);
        seen.status = status;
        return answer.writeHead(status, headers).end(body);
      }
      const forwarded = this.#forward(asked, stream);
      // the answer tells whether it arrived
      stream.send(asked, forwarded).catch(() => undefined);
      const received = /** @type {Asked} */ ((await once(forwarded, 'response'))[0]);
      if (fault.loseAnswer) {
        received.resume();
        await once(received, 'end');
        return stream.cut('reset');
      }
      seen.status = received.statusCode;
      answer.writeHead(received.statusCode ?? 502, received.headers);
      answer.flushHeaders();
      stream.startTimer(this.#random);
      await stream.receive(received);
    } catch (error) {
      seen.error ??= String(error);
      stream.drop();
    }
  }

  /**
   * @param {Asked} asked
   * @param {Socket} socket
   * @param {Buffer} head
   */
  async #upgrade(asked, socket, head) {
    const stream = this.#begin(asked, socket);
    const { seen } = stream;
    const { fault } = seen;
    try {
      await stream.pause();
      if (fault.hang) return;
      if (fault.status !== undefined) {
        seen.status = fault.status;
        return socket.end(rawRefusal(fault));
      }
      const forwarded = this.#forward(asked, stream);
      const answered = upgraded(forwarded);
      forwarded.end();
      const { received, upstream, first } = await answered;
      if (fault.loseAnswer) return stream.cut('reset');
      seen.status = received.statusCode;
      socket.write(headOf(received));
      // a refusal: its body goes as it comes, to the end of the connection
      if (upstream === undefined) return await stream.receive(received);
      stream.upstream = upstream;
      upstream.on('error', () => undefined);
      if (head.length > 0) socket.unshift(head);
      if (first.length > 0) upstream.unshift(first);
      stream.startTimer(this.#random);
      // what can't be sent any more has no say in what still comes
      stream.send(halfOpen(socket), upstream).catch(() => undefined);
      await stream.receive(halfOpen(upstream));
    } catch (error) {
      seen.error ??= String(error);
      stream.drop();
    }
  }

  /**
   * @param {Asked} asked
   * @param {FaultStream} stream
   */
  #forward({ method, url = '/', headers }, stream) {
    const forwarded = request(new URL(url, this.#upstream), {
      ...(method === undefined ? {} : { method }),
      headers: { ...headers, host: this.#upstream.host },
      ca: this.#ca,
      agent: false,
    });
    forwarded.on('error', () => undefined);
    stream.upstream = forwarded;
    return forwarded;
  }
}

/** What comes on a connection: what was sent last is on its way when it ends, so nothing is destroyed. */
const halfOpen = (/** @type {Socket} */ socket) => socket.iterator({ destroyOnReturn: false });

/**
 * The answer to an upgrade: a connection, or a refusal whose body follows.
 *
 * @param {import('node:http').ClientRequest} forwarded
 * @returns {Promise<{ received: Asked, upstream?: Socket, first: Buffer }>}
 */
function upgraded(forwarded) {
  return new Promise((resolve, reject) => {
    forwarded.on('error', reject);
    forwarded.on('response', (received) => resolve({ received, first: Buffer.alloc(0) }));
    forwarded.on('upgrade', (received, upstream, first) =>
      resolve({ received, upstream: /** @type {Socket} */ (upstream), first }),
    );
  });
}
