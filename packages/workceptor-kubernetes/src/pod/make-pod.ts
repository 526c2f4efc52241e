import type { ClusterApi } from '../cluster/cluster-api.js';
import type { PodWatch } from '../cluster/pod-watch.js';
import type { KubeData } from '../extra-data.js';
import { createPod } from './create-pod.js';
import type { PodRequest } from './manifest.js';

/** What the making of a unit's pod needs. */
export interface PodMaking {
  readonly api: ClusterApi;
  readonly watch: PodWatch;
  readonly request: PodRequest;
  /** Label of the unit. */
  readonly unit: string;
  readonly data: () => KubeData;
  readonly save: (change: Partial<KubeData>) => void;
  /** Resolves once it is stored. */
  readonly store: (change: Partial<KubeData>) => Promise<void>;
  /** The pod may come to be at any moment, although no answer has said so. */
  readonly onUnanswered: () => void;
  readonly onProblem: (why: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes the pod of a unit, or finds the one that an earlier daemon has asked for; what comes of it is stored, and its watch keeps its changes.
 *
 * @returns a call that ends that
 * @throws {KubernetesError}; the signal's reason
 */
export async function makePod(making: PodMaking): Promise<() => void> {
  const { api, watch, request, unit, data, save, store, onUnanswered, onProblem, signal } = making;
  const name = data().PodName;
  let stopExpecting = name === '' ? (): void => undefined : watch.expect(name);
  const onName = async (PodName: string): Promise<void> => {
    await store({ PodName });
    stopExpecting();
    stopExpecting = watch.expect(PodName);
  };
  // of no matter where it can't be stored: the next daemon asks for a pod that is not there
  const onRefused = (): void => {
    save({ PodName: '' });
  };
  const on = { onName, onUnanswered, onRefused, onProblem };
  try {
    const pod = await createPod({ api, request, name, unit, ...on, signal });
    // another one of its name would do the work again
    await store({ PodUID: pod.metadata?.uid });
    signal.throwIfAborted();
    watch.note(pod);
    return stopExpecting;
  } catch (error) {
    stopExpecting();
    throw error;
  }
}
