import { backoffDelay, errorText } from '@receptorjs/primitives';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterApi } from '../cluster/cluster-api.js';
import { isNotFound, isPassing, KubernetesError } from '../errors.js';
import type { Pod } from '../objects.js';
import type { PodRequest } from './manifest.js';
import { generatedName, UNIT_LABEL } from './pod-name.js';

/** Milliseconds for which a pod is asked for that the API server can't make now, and between attempts. */
const MAKE_MS = 60_000;
const AGAIN = { first: 500, longest: 10_000 };
/** Names that are tried: each other one was taken by somebody else. */
const MOST_NAMES = 5;

/** What the making of a pod needs. */
export interface PodCreation {
  readonly api: ClusterApi;
  readonly request: PodRequest;
  /** Label of the unit: by it a pod is known as the unit's own. */
  readonly unit: string;
  /** Stores a name before a pod of it is asked for. */
  readonly onName: (name: string) => void;
  /** Says that the API server can't be asked, and why. */
  readonly onProblem: (why: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes the pod, once, whatever becomes of the answers: it has a name before it is asked for, and a pod of that name which has the unit's
 * label was made by a request whose answer was lost.
 *
 * @throws {KubernetesError}
 */
export async function createPod(creation: PodCreation): Promise<Pod> {
  const { api, request, unit, onName, onProblem, signal } = creation;
  const until = performance.now() + MAKE_MS;
  const { namespace } = request;
  let name = '';
  let names = 0;
  for (let failures = 0; ;) {
    if (name === '') {
      name = generatedName(request.namePrefix);
      names += 1;
      onName(name);
    }
    try {
      // not with the signal: what was asked for is known before it is deleted
      return await api.createPod(namespace, named(request, name));
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 'already-exists') {
        const own = await ownPod(api, namespace, name, unit);
        if (own) return own;
        if (names >= MOST_NAMES) throw error;
        name = '';
        continue;
      }
      if (!isPassing(error) || performance.now() >= until || signal.aborted) throw error;
      failures += 1;
      onProblem(errorText(error));
      const ms = backoffDelay(AGAIN, failures, Math.random());
      await wait(ms, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The pod of a name when it is the unit's own. */
export async function ownPod(
  api: ClusterApi,
  namespace: string,
  name: string,
  unit: string,
): Promise<Pod | undefined> {
  try {
    const pod = await api.getPod(namespace, name);
    return pod.metadata?.labels?.[UNIT_LABEL] === unit ? pod : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function named({ pod }: PodRequest, name: string): object {
  return { ...pod, metadata: { ...(pod['metadata'] as object), name } };
}
