import { addressOrigin, SharedQuota } from '@receptorjs/quotas';
import type { Socket } from 'node:net';

/** Handshakes of TLS under way at once, over all listeners and of one address. They have ten seconds each. */
const bounds = { total: 1024, perOrigin: 256 };

/** The sockets of a control service whose TLS handshake is not done. It alone writes its fields. */
export class PendingHandshakes {
  readonly #quota = new SharedQuota(bounds);
  /** Gives the place of a socket back; by what tells it from others, for the socket of TLS is another one. */
  readonly #places = new Map<string, () => void>();

  /** Counts a socket that was accepted; false when there is no place for it. */
  add(socket: Socket): boolean {
    const origin = addressOrigin(socket.remoteAddress);
    if (this.#quota.take(origin) !== 'taken') return false;
    const key = placeOf(socket);
    const give = (): void => {
      if (this.#places.get(key) !== give) return;
      this.#places.delete(key);
      this.#quota.give(origin);
    };
    this.#places.set(key, give);
    socket.once('close', give);
    return true;
  }

  /** The handshake of a socket is done. */
  done(socket: Socket): void {
    this.#places.get(placeOf(socket))?.();
  }
}

const placeOf = ({ remoteAddress = '', remotePort = 0, localPort = 0 }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localPort}`;
