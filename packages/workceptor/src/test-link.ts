import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Dial, OnReachable } from './remote/remote-session.js';

/**
 * A link between two test nodes that can be cut: for good, until it is joined again, or once after an exact number of
 * bytes. A cut resets every connection, as the loss of a mesh link breaks every stream.
 */
export class TestLink {
  readonly #sockets = new Set<Socket>();
  /** Those of them that lead to the far node. */
  readonly #toFar = new WeakSet<Socket>();
  readonly #waiting = new Set<() => void>();
  #server: Server | undefined;
  #isUp = true;
  #budget = Number.POSITIVE_INFINITY;
  #isCutting = false;
  /** Called when the budget of bytes has run out and the link was cut. */
  onCut: () => void = () => undefined;
  /** Whether the far node sees a cut as an ordinary end, as it sees the death of a process on the way. */
  cutsLookLikeEnds = false;
  /** Whether what is sent stays away, as with a node that is there and does nothing. */
  dumb = false;
  /** Connections made so far. */
  dials = 0;

  constructor(private readonly farPort: () => number) {}

  async open(): Promise<this> {
    this.#server = createServer({ allowHalfOpen: true }, (near) => {
      this.#join(near);
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  readonly dial: Dial = async () => {
    this.dials += 1;
    if (!this.#isUp) throw new Error('no route to node');
    const { port } = this.#server?.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };

  readonly onReachable: OnReachable = (_nodeId, callback) => {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  };

  /** Cuts once after this many more bytes, both directions counted together. */
  cutAfter(bytes: number): void {
    this.#budget = bytes;
  }

  cut(): void {
    this.#isUp = false;
    this.#reset();
  }

  /** The far node is reachable again, and each callback that waits for it is called. */
  join(): void {
    this.#isUp = true;
    for (const callback of this.#waiting) callback();
  }

  close(): void {
    this.#reset();
    this.#server?.close();
  }

  #join(near: Socket): void {
    const far = connect({ host: '127.0.0.1', port: this.farPort(), allowHalfOpen: true });
    this.#toFar.add(far);
    this.#pass(near, far);
    this.#pass(far, near);
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!from.readableEnded) this.#break(to);
    });
    from.on('error', () => undefined);
    from.on('data', (chunk: Buffer) => {
      if (this.dumb) return;
      const passed = chunk.subarray(0, this.#budget);
      this.#budget -= passed.length;
      if (passed.length > 0) to.write(passed);
      if (this.#budget > 0 || this.#isCutting) return;
      this.#isCutting = true;
      // a reset that arrives together with data reads as an ordinary end, so both ends read what they have before it
      setImmediate(() =>
        setImmediate(() => {
          this.#isCutting = false;
          this.#budget = Number.POSITIVE_INFINITY;
          this.#reset();
          this.onCut();
        }),
      );
    });
    from.on('end', () => {
      if (!this.#isCutting) to.end();
    });
  }

  #reset(): void {
    for (const socket of this.#sockets) this.#break(socket);
  }

  #break(socket: Socket): void {
    if (this.cutsLookLikeEnds && this.#toFar.has(socket)) socket.end();
    else socket.resetAndDestroy();
  }
}
