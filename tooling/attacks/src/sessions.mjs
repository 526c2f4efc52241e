import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Opens many connections that say nothing, a few hundred at a time, and keeps those that the other side keeps.
 *
 * @param {number} count
 * @param {import('node:net').NetConnectOpts} where
 * @param {(socket: import('node:net').Socket, at: number) => void} [say] what they say all the same
 */
export async function silentSessions(count, where, say) {
  /** @type {import('node:net').Socket[]} */
  const sockets = [];
  let at = 0;
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(200, count - sockets.length) }, () => {
      const socket = connect(where);
      socket.on('error', () => undefined);
      socket.resume();
      if (say) socket.once('connect', () => say(socket, at++));
      return socket;
    });
    sockets.push(...batch);
    await Promise.all(
      batch.map((socket) =>
        Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined),
      ),
    );
  }
  return {
    /** How many are open still. */
    open: () => sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length,
    close: () => sockets.forEach((socket) => socket.destroy()),
  };
}
