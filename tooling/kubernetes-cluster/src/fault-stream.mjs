import { delayed, limited, throttled, watchEvents } from './fault-streams.mjs';

/**
 * A request on its way: what of its fault is still to come, and how it is cut. It alone ends both sides.
 */
export class FaultStream {
  #socket;
  #answer;
  #isClosed = false;
  #stop = new AbortController();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** The other side, once there is one. @type {{ destroy(): unknown } | undefined} */
  upstream;

  /**
   * @param {import('./index.d.mts').SeenRequest} seen
   * @param {import('node:net').Socket} socket below TLS: only that can be reset
   * @param {import('node:stream').Writable} answer
   */
  constructor(seen, socket, answer) {
    this.seen = seen;
    this.#socket = socket;
    this.#answer = answer;
  }

  /** Resolves at its time. @throws Error when the request is gone before that */
  async pause() {
    const { delayMs = 0 } = this.seen.fault;
    if (delayMs === 0) return;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, delayMs);
      this.#stop.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new Error('whoever asked has gone'));
      });
    });
  }

  /** The answer begins. @param {() => number} random from 0 to 1 */
  startTimer(random) {
    const { cutAfterMs, cut } = this.seen.fault;
    if (cutAfterMs === undefined) return;
    const [least, most] = typeof cutAfterMs === 'number' ? [cutAfterMs, cutAfterMs] : cutAfterMs;
    this.#timer = setTimeout(() => this.cut(cut), least + random() * (most - least));
  }

  /** Sends what comes to the API server. @param {AsyncIterable<Buffer>} source @param {import('node:stream').Writable} target */
  send(source, target) {
    const { cutAfterSentBytes } = this.seen.fault;
    return this.#pass(source, target, cutAfterSentBytes);
  }

  /** Gives what the API server sends to who asked. @param {AsyncIterable<Buffer>} source */
  receive(source) {
    const { cutAfterBytes, bytesPerSecond, watch } = this.seen.fault;
    let stages = source;
    if (watch !== undefined) {
      stages = watchEvents(stages, watch);
      if (watch.delayMs !== undefined) stages = delayed(stages, watch.delayMs);
    }
    if (bytesPerSecond !== undefined) stages = throttled(stages, bytesPerSecond);
    return this.#pass(stages, this.#answer, cutAfterBytes);
  }

  /**
   * @param {AsyncIterable<Buffer>} source
   * @param {import('node:stream').Writable} target
   * @param {number} [limit]
   */
  async #pass(source, target, limit) {
    let isReached = false;
    const chunks = limit === undefined ? source : limited(source, limit, () => (isReached = true));
    for await (const chunk of chunks) {
      if (this.#isClosed) return;
      await this.#write(target, chunk);
    }
    if (!isReached) return void target.end();
    this.cut(this.seen.fault.cut);
  }

  /**
   * Resolves when the chunk is on its way.
   *
   * @param {import('node:stream').Writable} target
   * @param {Buffer} chunk
   * @returns {Promise<void>}
   */
  #write(target, chunk) {
    const { signal } = this.#stop;
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('the other side has gone'));
      signal.addEventListener('abort', gone);
      target.write(chunk, (error) => {
        signal.removeEventListener('abort', gone);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Ends it early, as its fault or a test wants it. @param {import('./index.d.mts').Cut} [how] */
  cut(how = 'reset') {
    if (this.#isClosed) return;
    this.seen.isCut = true;
    this.#end(how);
  }

  /** One side has gone: so does the other. */
  drop() {
    if (!this.#isClosed) this.#end('close');
  }

  #end(/** @type {import('./index.d.mts').Cut} */ how) {
    this.close();
    if (how === 'end') this.#answer.end();
    else if (how === 'reset') this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** It has ended. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.upstream?.destroy();
  }
}
