import { errorText, goShlex, splitShellWords } from '@receptorjs/primitives';
import { isJsonObject, type JsonObject, type JsonValue } from '@receptorjs/control-protocol';
import { KubernetesError } from '../errors.js';
import type { KubeData } from '../extra-data.js';
import { WORKER } from '../cluster/objects.js';
import { listIn, objectIn } from './json-parts.js';
import { namePrefixOf } from './pod-name.js';
import { parseYaml } from '../yaml-text.js';

/** The pod that is asked for. */
export interface PodRequest {
  readonly namespace: string;
  /** What its name begins with. */
  readonly namePrefix: string;
  /** Without a name. */
  readonly pod: JsonObject;
}

/** What a pod is made of besides the unit's own data. */
export interface PodFacts {
  readonly workType: string;
  /** Added to those of the manifest; ours win. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the worker, besides those of the manifest. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * The pod of a unit: that of its manifest, or one container with image, command and arguments. The worker has stdin, and nothing is started
 * a second time.
 *
 * @throws {KubernetesError} `bad-config`
 */
export function podOf(data: KubeData, facts: PodFacts): PodRequest {
  return data.KubePod === '' ? plainPod(data, facts) : manifestPod(data, facts);
}

function plainPod(data: KubeData, facts: PodFacts): PodRequest {
  const worker = {
    name: WORKER,
    image: data.Image,
    ...words('command', data.Command),
    ...words('args', data.Params),
    ...stdin,
    tty: false,
  };
  const metadata = { labels: facts.labels };
  const namePrefix = namePrefixOf(facts.workType);
  return request(data.KubeNamespace, namePrefix, metadata, { containers: [worker] }, facts);
}

function manifestPod(data: KubeData, facts: PodFacts): PodRequest {
  const manifest = parseManifest(data.KubePod);
  const metadata = objectIn(manifest, 'metadata');
  const spec = objectIn(manifest, 'spec');
  const containers = listIn(spec, 'containers');
  const index = containers.findIndex((each) => isJsonObject(each) && each['name'] === WORKER);
  const worker = containers[index];
  if (!isJsonObject(worker ?? null)) {
    throw new KubernetesError('bad-config', 'at least one container must be named worker');
  }
  const { name, namespace } = metadata;
  const withStdin = containers.with(index, { ...(worker as JsonObject), ...stdin });
  const labels = { ...objectIn(metadata, 'labels'), ...facts.labels };
  return request(
    typeof namespace === 'string' && namespace !== '' ? namespace : data.KubeNamespace,
    typeof name === 'string' && name !== '' ? `${name}-` : namePrefixOf(facts.workType),
    { ...metadata, labels },
    { ...spec, containers: withStdin },
    facts,
  );
}

function request(
  namespace: string,
  namePrefix: string,
  metadata: JsonObject,
  spec: JsonObject,
  { env }: PodFacts,
): PodRequest {
  if (namespace === '') {
    throw new KubernetesError('bad-config', 'could not determine namespace');
  }
  const containers = spec['containers'] as readonly JsonObject[];
  return {
    namespace,
    namePrefix,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, generateName: namePrefix, namespace },
      spec: {
        ...spec,
        restartPolicy: 'Never',
        containers: env ? containers.map((each) => withEnv(each, env)) : containers,
      },
    },
  };
}

const stdin = { stdin: true, stdinOnce: true };

function withEnv(container: JsonObject, env: Readonly<Record<string, string>>): JsonObject {
  if (container['name'] !== WORKER) return container;
  const isKept = (each: JsonValue): boolean =>
    !isJsonObject(each) || typeof each['name'] !== 'string' || !Object.hasOwn(env, each['name']);
  const added = Object.entries(env).map(([name, value]) => ({ name, value }));
  return { ...container, env: [...listIn(container, 'env').filter(isKept), ...added] };
}

function words(name: string, text: string): JsonObject {
  try {
    const list = splitShellWords(text, goShlex);
    return list.length === 0 ? {} : { [name]: list };
  } catch (cause) {
    throw new KubernetesError('bad-config', errorText(cause), { cause });
  }
}

function parseManifest(text: string): JsonObject {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw new KubernetesError('bad-config', `the pod can't be read: ${errorText(cause)}`, {
      cause,
    });
  }
  if (!isJsonObject((value ?? null) as JsonValue)) {
    throw new KubernetesError('bad-config', 'the pod is no manifest: it has no keys');
  }
  const manifest = value as JsonObject;
  const { kind, apiVersion } = manifest;
  if (kind !== 'Pod' || apiVersion !== 'v1') {
    throw new KubernetesError(
      'bad-config',
      `the manifest is of apiVersion ${shown(apiVersion)} and kind ${shown(kind)}; allowed are v1 and Pod`,
    );
  }
  return manifest;
}

const shown = (value: JsonValue | undefined): string => JSON.stringify(value ?? '');
