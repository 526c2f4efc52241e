import { setTimeout as wait } from 'node:timers/promises';
import { isPassing } from '../errors.js';
import type { ClusterEvent } from '../cluster/objects.js';
import type { PodProgress } from './pod-progress.js';

/** Milliseconds until events are asked for what a pod waits for, and between two such questions. */
const FIRST_MS = 5_000;
const EVERY_MS = 10_000;

/**
 * Asks for the events of a pod while it pends and its status does not say why. Never rejects.
 *
 * @param ask gives the events, the last one last
 * @param times for tests
 */
export async function explainWait(
  progress: PodProgress,
  ask: () => Promise<readonly ClusterEvent[]>,
  signal: AbortSignal,
  times = { first: FIRST_MS, every: EVERY_MS },
): Promise<void> {
  for (let ms = times.first; progress.course.phase === 'pending'; ms = times.every) {
    try {
      await wait(ms, undefined, { signal });
      if (progress.isUnexplained) progress.seeEvents(await ask());
    } catch (error) {
      // a role may well not show events: then they are not shown
      if (signal.aborted || !isPassing(error)) return;
    }
  }
}
