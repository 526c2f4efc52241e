/**
 * Resolves when a socket takes more, is closed, or the time is over.
 *
 * @param {import('node:net').Socket} socket
 * @param {number} [patienceMs]
 * @returns {Promise<void>}
 */
export function roomIn(socket, patienceMs = 10_000) {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      socket.off('drain', done).off('close', done);
      resolve();
    };
    const timer = setTimeout(done, patienceMs);
    socket.on('drain', done).on('close', done);
  });
}
