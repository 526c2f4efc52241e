import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP connection's way through a place where it can be cut: what comes then is refused until it is healed. */
export class CutLink {
  readonly #sockets = new Set<Socket>();
  #cut = false;

  private constructor(
    private readonly server: Server,
    target: number,
  ) {
    server.on('connection', (near: Socket) => {
      if (this.#cut) {
        near.destroy();
        return;
      }
      const far = connect({ host: '127.0.0.1', port: target });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.setNoDelay(true);
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }

  /** To a port of the loopback interface. */
  static async to(target: number): Promise<CutLink> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CutLink(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  heal(): void {
    this.#cut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}
