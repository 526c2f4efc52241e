import { rmSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@receptorjs/tooling-kubernetes-cluster';

const folder = join(import.meta.dirname, 'trials');
/** Another process's cluster is waited for so long. */
const CLUSTER_MS = 30 * 60_000;

/**
 * @typedef {object} Result
 * @property {string[]} problems what does not hold
 * @property {string} text for people
 *
 * @typedef {object} TrialContext
 * @property {import('@receptorjs/tooling-kubernetes-cluster').Cluster} cluster
 * @property {string} folder of the trial; removed afterwards
 * @property {import('./trial-options.mjs').TrialOptions} options
 * @property {(line: string) => void} say how far it is
 *
 * @typedef {object} Trial
 * @property {import('@receptorjs/tooling-kubernetes-cluster').ClusterOptions} cluster how it is started
 * @property {(context: TrialContext) => Promise<Result>} run
 */

/** Names of all trials: those of their files. */
export async function trialNames() {
  const names = await readdir(folder);
  return names.map((name) => name.replace(/\.mjs$/, '')).sort();
}

/**
 * Runs one trial on a cluster of its own.
 *
 * @param {string} name
 * @param {Pick<TrialContext, 'options' | 'say'>} context
 * @returns {Promise<Result>}
 */
export async function runTrial(name, context) {
  /** @type {{ default: Trial }} */
  const { default: trial } = await import(new URL(`trials/${name}.mjs`, import.meta.url).href);
  const place = await mkdtemp(join(tmpdir(), 'trial-'));
  const remove = () => rmSync(place, { recursive: true, force: true });
  // nothing is left of a trial that is ended early
  process.once('exit', remove);
  try {
    const cluster = await startCluster({ ...trial.cluster, waitMs: CLUSTER_MS });
    try {
      return await trial.run({ ...context, cluster, folder: place });
    } finally {
      await cluster.stop();
    }
  } finally {
    process.off('exit', remove);
    remove();
  }
}
