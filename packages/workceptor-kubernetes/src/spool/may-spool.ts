import type { ClusterApi } from '../cluster/cluster-api.js';
import { retryPassing } from '../cluster/retry-passing.js';
import { isPassing, KubernetesError } from '../errors.js';

/** Milliseconds for which it is asked, where the API server does not answer. */
const ASK_MS = 60_000;

/** What the question needs. */
export interface SpoolQuestion {
  readonly api: ClusterApi;
  readonly namespace: string;
  /** Says why there is no answer yet. */
  readonly onProblem: (why: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Whether the spools of pods in a namespace can be read: that takes commands that are run in them. Where the API server does not tell who may
 * do what, they can't.
 *
 * @throws {KubernetesError} when there is no answer for a minute; the signal's reason
 */
export async function maySpool(question: SpoolQuestion): Promise<boolean> {
  const { api, namespace, onProblem, signal } = question;
  try {
    return await retryPassing(() => api.mayExecute(namespace), {
      forMs: ASK_MS,
      onProblem,
      signal,
    });
  } catch (error) {
    if (error instanceof KubernetesError && !isPassing(error)) return false;
    throw error;
  }
}
