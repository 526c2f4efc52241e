import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * A raw control connection: the same few lines against any implementation, so that what is measured is the node.
 *
 * @param {string} socket path of a Unix socket
 * @param {() => void} checkAlive throws when the node has ended
 * @param {number} [patienceMs] how long the socket may take to appear
 * @returns {Promise<ControlSocket>}
 */
export async function openControl(socket, checkAlive, patienceMs = 30_000) {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const stream = connect({ path: socket, allowHalfOpen: true });
    try {
      await once(stream, 'connect');
      const control = new ControlSocket(stream);
      await control.line();
      return control;
    } catch (error) {
      stream.destroy();
      checkAlive();
      if (performance.now() > deadline)
        throw new Error(`no control socket at ${socket}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Lines and then, after `work results`, raw bytes. */
export class ControlSocket {
  #buffer = Buffer.alloc(0);
  #chunks;

  /** @param {import('node:net').Socket} stream */
  constructor(stream) {
    this.stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The next line, without its end. */
  async line() {
    for (;;) {
      const end = this.#buffer.indexOf(10);
      if (end >= 0) {
        const line = this.#buffer.toString('utf8', 0, end);
        this.#buffer = this.#buffer.subarray(end + 1);
        return line;
      }
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error('connection ended before a whole line');
      this.#buffer = Buffer.concat([this.#buffer, value]);
    }
  }

  /** Sends a line and reads the answer. @param {string} line */
  async ask(line) {
    this.stream.write(`${line}\n`);
    const answer = await this.line();
    if (answer.startsWith('ERROR')) throw new Error(`${line}: ${answer}`);
    return answer;
  }

  /** Counts what still comes. */
  async drain() {
    let bytes = this.#buffer.length;
    for (;;) {
      const { value, done } = await this.#chunks.next();
      if (done) return bytes;
      bytes += value.length;
    }
  }

  close() {
    this.stream.destroy();
  }
}
