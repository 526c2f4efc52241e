import type { ClusterApi } from '../cluster/cluster-api.js';
import { retryPassing } from '../cluster/retry-passing.js';
import { isNotFound, isPassing, KubernetesError, wasNotSent } from '../errors.js';
import type { Pod } from '../cluster/objects.js';
import type { PodRequest } from './manifest.js';
import { generatedName, UNIT_LABEL } from './pod-name.js';

/** Milliseconds for which a pod is asked for that the API server can't make now. */
const MAKE_MS = 60_000;
/** Names that are tried: each other one was taken by somebody else. */
const MOST_NAMES = 5;

/** What the making of a pod needs. */
export interface PodCreation {
  readonly api: ClusterApi;
  readonly request: PodRequest;
  /** The name under which an earlier daemon may have asked for it; empty where none has. */
  readonly name: string;
  /** Label of the unit: by it a pod is known as the unit's own. */
  readonly unit: string;
  /** Stores a name; a pod of it is asked for once it resolves. */
  readonly onName: (name: string) => Promise<void>;
  /** A request had no answer that says what came of it: the pod may come to be at any moment. */
  readonly onUnanswered: () => void;
  /** The name is given up: no pod of it was made, nor will be. */
  readonly onRefused: () => void;
  /** Says that the API server can't be asked, and why. */
  readonly onProblem: (why: string) => void;
  /** Ends what is waited for, but no request that is under way: what was asked for is known before it is deleted. */
  readonly signal: AbortSignal;
}

/**
 * Makes the pod, once, whatever becomes of the answers: it has a name before it is asked for, and a pod of that name which has the unit's
 * label was made by a request whose answer was lost.
 *
 * @throws {KubernetesError}; the signal's reason
 */
export async function createPod(creation: PodCreation): Promise<Pod> {
  const { api, request, unit, onName, onUnanswered, onRefused, onProblem, signal } = creation;
  let { name } = creation;
  let names = 0;
  /** Whether a pod of the name may be there, or come. */
  const unanswered = new Set(name === '' ? [] : [name]);
  const attempt = async (): Promise<Pod> => {
    for (;;) {
      if (name === '') {
        name = generatedName(request.namePrefix);
        names += 1;
        await onName(name);
      }
      // a quota that it fills would refuse it
      const found = unanswered.has(name)
        ? await ownPod(api, request.namespace, name, unit, signal)
        : undefined;
      if (found !== undefined) return found;
      const made = await madePod(api, request, name, unit, signal).catch((error: unknown) => {
        if (error instanceof Unanswered) {
          unanswered.add(name);
          onUnanswered();
        }
        throw error;
      });
      if (made) return made;
      if (names >= MOST_NAMES) throw taken(request.namePrefix);
      name = '';
    }
  };
  try {
    return await retryPassing(attempt, { forMs: MAKE_MS, onProblem, signal });
  } catch (error) {
    if (error instanceof KubernetesError && !unanswered.has(name)) onRefused();
    throw error;
  }
}

/** A request to make a pod of which nobody has said what came of it. */
class Unanswered extends KubernetesError {}

/** The pod once it is there; nothing when somebody else has its name. */
async function madePod(
  api: ClusterApi,
  request: PodRequest,
  name: string,
  unit: string,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  try {
    const pod = await api.createPod(request.namespace, named(request, name), signal);
    if (pod.metadata?.name === name) return pod;
    throw new KubernetesError('bad-answer', `the API server has made another pod than ${name}`);
  } catch (error) {
    if (error instanceof KubernetesError && error.code === 'already-exists') {
      return ownPod(api, request.namespace, name, unit, signal);
    }
    // not by what it asks to come again with, nor by a connection that never stood
    if (!isPassing(error) || (error as KubernetesError).code === 'busy' || wasNotSent(error)) {
      throw error;
    }
    const { code, message, options } = error as KubernetesError;
    throw new Unanswered(code, message, options);
  }
}

const taken = (prefix: string): KubernetesError =>
  new KubernetesError(
    'already-exists',
    `${MOST_NAMES} names that begin with ${prefix} are taken by pods of others`,
  );

/** The pod of a name when it is the unit's own. */
export async function ownPod(
  api: ClusterApi,
  namespace: string,
  name: string,
  unit: string,
  signal?: AbortSignal,
): Promise<Pod | undefined> {
  try {
    const pod = await api.getPod(namespace, name, signal);
    return pod.metadata?.labels?.[UNIT_LABEL] === unit ? pod : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function named({ pod }: PodRequest, name: string): object {
  return { ...pod, metadata: { ...(pod['metadata'] as object), name } };
}
