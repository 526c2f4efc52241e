import { setTimeout } from 'node:timers/promises';
import { podOf } from '../pod-node.mjs';
import { idle, writingPod } from './fault.mjs';

const WRITING_SECONDS = 15;
/** Milliseconds that a program is away. */
const AWAY_MS = 3_000;

/**
 * @param {string} name
 * @param {string} letters
 * @param {(cluster: import('@receptorjs/tooling-kubernetes-cluster').Cluster) => Promise<void>} restart
 * @returns {import('./fault.mjs').Fault}
 */
const survived = (name, letters, restart) => ({
  name,
  ...writingPod(letters, WRITING_SECONDS),
  disturb: async ({ cluster, podRuns }) => {
    await podRuns();
    await restart(cluster);
  },
  shows: /^Finished$/,
  isAlone: true,
});

/** Programs of a cluster that are ended while a pod writes. @type {import('./fault.mjs').Fault[]} */
export const restarts = [
  survived('API server killed, started again', 'ra', async (cluster) => {
    await cluster.stopApiServer({ signal: 'SIGKILL' });
    await setTimeout(AWAY_MS);
    await cluster.startApiServer();
  }),
  survived('kubelet killed, started again', 'rb', async (cluster) => {
    await cluster.stopKubelet({ signal: 'SIGKILL' });
    await setTimeout(AWAY_MS);
    await cluster.startKubelet();
  }),
  survived('containerd restarted', 'rc', (cluster) => cluster.restartContainerd()),
  {
    name: 'node lost',
    pod: podOf(idle, {
      spec: {
        // five minutes otherwise
        tolerations: [
          {
            key: 'node.kubernetes.io/unreachable',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 2,
          },
        ],
      },
    }),
    disturb: async ({ cluster, podRuns }) => {
      await podRuns();
      await cluster.loseNode();
    },
    restore: ({ cluster }) => cluster.startKubelet(),
    shows: /its node does not answer/,
    code: 'node-lost',
    isAlone: true,
  },
];
