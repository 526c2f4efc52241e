import { setTimeout } from 'node:timers/promises';
import { podOf } from '../pod-node.mjs';
import { idle, streamsOf, writingPod } from './fault.mjs';

const WRITING_SECONDS = 15;
/** Seconds for which an API server that is ended in order lets streams go on, and of those how many show that it has had some. */
const GRACE_SECONDS = 60;
const LEAST_GRACE_SECONDS = 30;
/** More than all on the way can hold: pipes, sockets of four connections, and what each program has read. */
const MUCH_STDIN_BYTES = 128 * 2 ** 20;
/** Milliseconds that a program is away. */
const AWAY_MS = 3_000;

/**
 * @param {string} name
 * @param {string} letters
 * @param {(cluster: import('@receptorjs/tooling-kubernetes-cluster').Cluster) => Promise<void>} restart
 * @param {number} [seconds] for which the pod writes
 * @returns {import('./fault.mjs').Fault}
 */
const survived = (name, letters, restart, seconds = WRITING_SECONDS) => ({
  name,
  ...writingPod(letters, seconds),
  disturb: async ({ cluster, podRuns }) => {
    await podRuns();
    await restart(cluster);
  },
  shows: /^Finished$/,
  unmet: (context) =>
    streamsOf(context, 'exec') > 1 ? undefined : 'the stream of its output was not cut',
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
    name: 'containerd restarted while stdin is sent',
    pod: podOf(['sh', '-c', 'sleep 600; cat >/dev/null']),
    stdinBytes: MUCH_STDIN_BYTES,
    disturb: async ({ cluster, podRuns }) => {
      await podRuns();
      await cluster.restartContainerd();
    },
    // no status has come before the end
    shows: /Error with pod's stdin: the connection was cut/,
    code: 'input-lost',
    isAlone: true,
  },
  survived(
    'API server ended in order (SIGTERM), started again',
    'rd',
    async (cluster) => {
      const begun = performance.now();
      await cluster.stopApiServer({ signal: 'SIGTERM' });
      const seconds = (performance.now() - begun) / 1000;
      await cluster.startApiServer();
      if (seconds < LEAST_GRACE_SECONDS)
        throw new Error(`it ended after ${seconds.toFixed(1)} s: no stream was open`);
    },
    GRACE_SECONDS + WRITING_SECONDS,
  ),
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
