import { podOf } from '../pod-node.mjs';
import { idle } from './fault.mjs';

const PENDING_SECONDS = 40;

/** @param {string} name @param {object} container */
const envFrom = (name, container) =>
  podOf(idle, { container: { envFrom: [{ [name]: container }] } });
/** @param {object} volume */
const mounted = (volume) =>
  podOf(idle, {
    container: { volumeMounts: [{ name: 'missing', mountPath: '/missing' }] },
    spec: { volumes: [{ name: 'missing', ...volume }] },
  });

/** Pods that never run, or not in time. @type {import('./fault.mjs').Fault[]} */
export const pendingFaults = [
  {
    name: "image can't be pulled",
    // a port that nothing listens on
    pod: podOf(idle, { container: { image: '127.0.0.1:9/none:1' } }),
    shows: /ErrImagePull|ImagePullBackOff/,
    code: 'image-pull',
  },
  {
    name: 'invalid image name',
    pod: podOf(idle, { container: { image: 'UPPER::1' } }),
    shows: /InvalidImageName/,
    code: 'image-pull',
  },
  {
    name: 'image must be there, and is not',
    pod: podOf(idle, { container: { image: 'localhost/none:1', imagePullPolicy: 'Never' } }),
    shows: /ErrImageNeverPull/,
    code: 'image-pull',
  },
  {
    name: 'unschedulable: no such node',
    pod: podOf(idle, { spec: { nodeSelector: { 'trial.example/none': 'here' } } }),
    shows: /Unschedulable: .*didn't match/,
    code: 'unschedulable',
  },
  {
    name: 'unschedulable: 1000 CPUs',
    pod: podOf(idle, { container: { resources: { requests: { cpu: '1000' } } } }),
    shows: /Unschedulable: .*Insufficient cpu/,
    code: 'unschedulable',
  },
  {
    name: 'volume: no such claim',
    pod: mounted({ persistentVolumeClaim: { claimName: 'none' } }),
    shows: /persistentvolumeclaim "none" not found/,
    code: 'unschedulable',
  },
  {
    name: 'volume: no such configmap',
    pod: mounted({ configMap: { name: 'none' } }),
    shows: /FailedMount: .*configmap "none" not found/,
    code: 'volume',
  },
  {
    name: 'volume: no such secret',
    pod: mounted({ secret: { secretName: 'none' } }),
    shows: /FailedMount: .*secret "none" not found/,
    code: 'volume',
  },
  {
    name: 'environment of no such configmap',
    pod: envFrom('configMapRef', { name: 'none' }),
    shows: /CreateContainerConfigError: .*configmap "none" not found/,
    code: 'container-config',
  },
  {
    name: 'sidecar in a crash loop',
    pod: podOf(idle, {
      spec: {
        initContainers: [
          {
            name: 'side',
            image: 'localhost/busybox:1',
            command: ['sh', '-c', 'exit 7'],
            restartPolicy: 'Always',
            startupProbe: { exec: { command: ['false'] } },
          },
        ],
      },
    }),
    shows: /sidecar side failed with exit code 7/,
    code: 'crash-loop',
  },
].map((fault) => ({ ...fault, pendingSeconds: PENDING_SECONDS }));
