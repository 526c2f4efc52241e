/**
 * Resolves when a stream takes more, is closed, or the time is over.
 *
 * @param {import('node:stream').Duplex} stream
 * @param {number} [patienceMs]
 * @returns {Promise<void>}
 */
export function roomIn(stream, patienceMs = 10_000) {
  if (stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stream.off('drain', done).off('close', done);
      resolve();
    };
    const timer = setTimeout(done, patienceMs);
    stream.on('drain', done).on('close', done);
  });
}
