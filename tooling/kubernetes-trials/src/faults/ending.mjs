import { BY_LOG_TYPE, podOf } from '../pod-node.mjs';
import { idle } from './fault.mjs';

const limited = { resources: { limits: { memory: '32Mi' } } };
const sh = (/** @type {string} */ script) => ['sh', '-c', script];
/** Takes memory without an end. */
const GREEDY = 'tail /dev/zero';

/** @param {import('./fault.mjs').FaultContext} context @param {string} name */
const podPath = ({ namespace }, name) => `/api/v1/namespaces/${namespace}/pods/${name}`;

/** Pods that are refused, end early, or are taken away. @type {import('./fault.mjs').Fault[]} */
export const endingFaults = [
  {
    name: 'quota exceeded',
    pod: podOf(idle),
    prepare: async ({ cluster, namespace }) => {
      const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
      await cluster.request('POST', path, {
        metadata: { name: 'none' },
        spec: { hard: { pods: '0' } },
      });
    },
    shows: /exceeded quota/,
    code: 'quota-exceeded',
  },
  {
    name: 'init container fails',
    pod: podOf(idle, {
      spec: {
        initContainers: [{ name: 'first', image: 'localhost/busybox:1', command: sh('exit 5') }],
      },
    }),
    shows: /init container first failed with exit code 5/,
    code: 'init-failed',
  },
  {
    name: 'exit status 3',
    pod: podOf(sh('echo no room >&2; exit 3')),
    shows: /exit code 3/,
    code: 'exit-status',
    lastOutput: 'no room',
  },
  {
    name: 'no such command',
    pod: podOf(['/none/such']),
    shows: /exit code 127/,
    code: 'exit-status',
  },
  {
    name: 'no such command, without a spool',
    pod: podOf(['/none/such']),
    workType: BY_LOG_TYPE,
    shows: /container failed to start, exit code 128/,
    code: 'container-not-started',
  },
  {
    name: 'out of memory',
    pod: podOf(sh(`exec ${GREEDY}`), { container: limited }),
    shows: /OOMKilled/,
    code: 'out-of-memory',
  },
  {
    name: 'a child out of memory',
    pod: podOf(sh(`${GREEDY}; echo went on`), { container: limited }),
    shows: /Finished; .*OOMKilled/,
    stdout: 'went on\n',
  },
  {
    name: 'activeDeadlineSeconds',
    pod: podOf(idle, { spec: { activeDeadlineSeconds: 5 } }),
    shows: /activeDeadlineSeconds/,
    code: 'deadline-exceeded',
  },
  {
    name: 'deleted by somebody',
    pod: podOf(idle),
    disturb: async (context) => {
      await context.cluster.request('DELETE', podPath(context, await context.podRuns()));
    },
    shows: /pod was deleted/,
    code: 'pod-deleted',
  },
  {
    name: 'evicted by request',
    pod: podOf(idle),
    disturb: async (context) => {
      const name = await context.podRuns();
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
      await context.cluster.request('POST', `${podPath(context, name)}/eviction`, eviction);
    },
    shows: /evicted/,
    code: 'evicted',
  },
  {
    name: 'evicted for its disk',
    pod: podOf(sh('dd if=/dev/zero of=/small/file bs=1M count=20; sleep 600'), {
      container: { volumeMounts: [{ name: 'small', mountPath: '/small' }] },
      spec: { volumes: [{ name: 'small', emptyDir: { sizeLimit: '1Mi' } }] },
    }),
    shows: /evicted/,
    code: 'evicted',
  },
];
