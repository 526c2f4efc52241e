import { setTimeout as delay } from 'node:timers/promises';
import {
  isBadCommand,
  type WaitOptions,
  isFinal,
  isStatusChange,
  type UnitStatus,
} from '@receptorjs/control-protocol';

/** Milliseconds between questions to a node that can't notify: the first, and the longest after no change. */
const FIRST_POLL_MS = 50;
const LONGEST_POLL_MS = 1_000;

/** A node that can be asked for the status of a unit. */
export interface WatchedNode {
  workStatus(unitId: string, wait?: WaitOptions): Promise<UnitStatus>;
  watch(unitId: string, signal?: AbortSignal): AsyncGenerator<UnitStatus, void>;
}

/**
 * The status of a unit until it is final. A node that does not know `watch` is asked again and again, less often the
 * longer nothing changes.
 *
 * @throws whatever a request throws
 */
export async function* watchOrPoll(
  node: WatchedNode,
  unitId: string,
  signal: AbortSignal,
): AsyncGenerator<UnitStatus, void> {
  try {
    yield* node.watch(unitId, signal);
    return;
  } catch (error) {
    if (!isBadCommand(error)) throw error;
  }
  let last: UnitStatus | undefined;
  for (let pauseMs = FIRST_POLL_MS; ;) {
    const status = await node.workStatus(unitId, { signal });
    yield status;
    if (isFinal(status.state)) return;
    pauseMs = isStatusChange(status, last)
      ? FIRST_POLL_MS
      : Math.min(pauseMs * 1.5, LONGEST_POLL_MS);
    last = status;
    await delay(pauseMs, undefined, { signal });
  }
}
