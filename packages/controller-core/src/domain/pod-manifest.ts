import { DomainError } from './domain-error.js';

/** What the pod of a job is made of. */
export interface PodManifestOptions {
  readonly jobId: number;
  /** What the installation is known by. */
  readonly installUuid: string;
  /** The image of the execution environment; absent where the override of the group has one. */
  readonly image?: string | undefined;
  /** What the instance group has instead of the default, or besides: a pod, or a part of one. */
  readonly override: Readonly<Record<string, unknown>>;
}

/** The container that the job's bytes go to and come from has this name, at every receptor. */
const WORKER = 'worker';

/** What a worker is called with in its container. */
const WORKER_ARGS = ['ansible-runner', 'worker', '--private-data-dir=/runner'];

/**
 * The pod that a job of a container group runs in: the default with the override of the group over it, mappings key by key, lists whole. The container named
 * `worker`, or else the first one, is the worker's: its arguments are never of the override, and its image only where the job has no execution environment.
 * As AWX makes it.
 *
 * @throws {DomainError} `no-image` where neither the job nor the group has an image, `not-a-pod` for an override that is no pod
 */
export function podManifest({
  jobId,
  installUuid,
  image,
  override,
}: PodManifestOptions): Readonly<Record<string, unknown>> {
  const merged = merge(defaultPod, override);
  const { kind, metadata, spec } = merged;
  if (kind !== 'Pod') throw new DomainError('not-a-pod', `kind: Pod is needed, not ${text(kind)}`);
  if (!isMapping(spec) || !isMapping(metadata)) {
    throw new DomainError('not-a-pod', 'metadata and spec must be mappings');
  }
  const [worker, ...others] = containersOf(spec);
  const own = image ?? worker['image'];
  if (typeof own !== 'string' || own === '') {
    throw new DomainError(
      'no-image',
      'a pod needs an image: choose an execution environment, or give the first container of pod_spec_override one',
    );
  }
  return {
    ...merged,
    metadata: {
      ...metadata,
      name: `automation-job-${jobId}`,
      labels: {
        ...(isMapping(metadata['labels']) && metadata['labels']),
        'ansible-awx': installUuid,
        'ansible-awx-job-id': String(jobId),
      },
    },
    spec: { ...spec, containers: [{ ...worker, image: own, args: WORKER_ARGS }, ...others] },
  };
}

type Mapping = Readonly<Record<string, unknown>>;

const defaultWorker = {
  name: WORKER,
  resources: { requests: { cpu: '250m', memory: '100Mi' } },
};
const defaultPod: Mapping = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default' },
  spec: {
    serviceAccountName: 'default',
    automountServiceAccountToken: false,
    containers: [defaultWorker],
  },
};

/** The containers of a pod, the worker's first; what it does not say, the default one does. */
function containersOf({ containers }: Mapping): readonly [worker: Mapping, ...others: Mapping[]] {
  if (!Array.isArray(containers) || !containers.every(isMapping)) {
    throw new DomainError('not-a-pod', 'spec.containers must be a list of mappings');
  }
  const worker = containers.find(({ name }) => name === WORKER) ?? containers[0] ?? {};
  const others = containers.filter((each) => each !== worker);
  return [{ ...merge(defaultWorker, worker), name: WORKER }, ...others];
}

function merge(base: Mapping, over: Mapping): Mapping {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const under = merged[key];
    merged[key] = isMapping(under) && isMapping(value) ? merge(under, value) : value;
  }
  return merged;
}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value);
