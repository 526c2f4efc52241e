import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * @typedef {object} Seen what a bystander saw
 * @property {number} peakMb peak memory of `hub`
 * @property {number} stallMs longest answer of `hub` to an operator
 * @property {number} pingMs longest ping from `near` to `far`
 * @property {number} questions asked of `hub`
 * @property {number} refused of those
 * @property {number} pings
 * @property {number} lostPings
 * @property {number} jobs that succeeded
 * @property {string[]} failedJobs and why
 */

/**
 * Lets a bystander use the mesh until `stop` is called.
 *
 * @param {import('./mesh.mjs').AttackedMesh} mesh
 */
export async function watch({ hub, near }) {
  const worker = new Worker(new URL('./bystander.mjs', import.meta.url), {
    workerData: { hub: hub.socket, near: near.socket, pid: hub.pid },
  });
  await once(worker, 'message');
  return {
    /** @returns {Promise<Seen>} */
    stop: async () => {
      worker.postMessage('stop');
      const [seen] = await once(worker, 'message');
      await worker.terminate();
      return seen;
    },
  };
}
