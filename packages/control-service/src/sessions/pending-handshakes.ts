import { addressOrigin, PendingConnections } from '@receptorjs/quotas';
import type { Socket } from 'node:net';

/** Handshakes of TLS under way at once, over all listeners and of one address. They have ten seconds each. */
const bounds = { total: 1024, perOrigin: 256 };

/** The sockets of a control service whose TLS handshake is not done; of too many the oldest give way. It alone writes its fields. */
export class PendingHandshakes {
  readonly #pending = new PendingConnections(bounds);
  /** Ends the counting of a socket; by what distinguishes it, for the socket of TLS is another one. */
  readonly #settle = new Map<string, () => void>();

  /** Counts a socket that was accepted, until its handshake is done or it is closed. */
  add(socket: Socket): void {
    const key = placeOf(socket);
    const end = this.#pending.add(addressOrigin(socket.remoteAddress), {
      isLink: () => false,
      giveWay: () => socket.destroy(),
    });
    const settle = (): void => {
      end();
      if (this.#settle.get(key) === settle) this.#settle.delete(key);
    };
    this.#settle.set(key, settle);
    socket.once('close', settle);
  }

  /** The handshake of a socket is done. */
  done(socket: Socket): void {
    this.#settle.get(placeOf(socket))?.();
  }
}

const placeOf = ({ remoteAddress = '', remotePort = 0, localPort = 0 }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localPort}`;
