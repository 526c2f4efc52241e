import { Socket } from 'node:net';
import { finished, type Duplex } from 'node:stream';
import { isDirect, joinDirectly } from './direct-join.js';

/**
 * Joins two connections until both directions have ended. The end of one direction is handed on as the end of that
 * direction only; a failure of either connection ends both, and a TCP connection is reset then, so that its peer
 * does not take what it got for all there was. A slow reader slows its writer.
 *
 * @param carries - Called once, when the first data comes.
 * @throws the first failure
 */
export function bridge(a: Duplex, b: Duplex, carries: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let open = 2;
    const ended = (error: Error | null | undefined): void => {
      if (error) {
        abandon(a);
        abandon(b);
        reject(error);
      } else {
        open -= 1;
        if (open === 0) resolve();
      }
    };
    finished(a, ended);
    finished(b, ended);
    if (a instanceof Socket && isDirect(b)) joinDirectly(a, b, carries);
    else if (b instanceof Socket && isDirect(a)) joinDirectly(b, a, carries);
    else {
      a.pipe(b);
      b.pipe(a);
      a.once('data', carries);
      b.once('data', carries);
    }
  });
}

/** Ends a connection as one that failed. */
export function abandon(stream: Duplex): void {
  stream.on('error', () => undefined);
  if (stream.destroyed) return;
  // only TCP has resets, and a socket without a peer is no connection any more
  if (stream instanceof Socket && stream.remoteFamily?.startsWith('IP') === true && isPlain(stream))
    stream.resetAndDestroy();
  else stream.destroy();
}

/** Whether a socket is not one of TLS, which says by itself that it ends before its time. */
function isPlain(socket: Socket): boolean {
  return !('encrypted' in socket);
}
