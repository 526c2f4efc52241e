import { backoffDelay, errorText } from '@receptorjs/primitives';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterApi } from '../cluster/cluster-api.js';
import { isPassing, KubernetesError } from '../errors.js';

/** Milliseconds for which it is asked, where the API server does not answer, and between two attempts. */
const ASK_MS = 60_000;
const AGAIN = { first: 500, longest: 10_000 };

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
  const { api, namespace, signal, onProblem } = question;
  const until = performance.now() + ASK_MS;
  for (let failures = 1; ; failures++) {
    try {
      return await api.mayExecute(namespace);
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (!isPassing(error)) return false;
      if (performance.now() >= until) throw error;
      onProblem(errorText(error));
      const ms = backoffDelay(AGAIN, failures, Math.random());
      await wait(ms, undefined, { signal });
    }
  }
}
