import type { ControlClient, UnitEventsOptions } from '@receptorjs/control-client';
import {
  encodeJson,
  isBadCommand,
  isRemoteAnswer,
  unitStatusReply,
  type UnitEvent,
} from '@receptorjs/control-protocol';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two questions to a node that tells no events. */
const POLL_MS = 1_000;

/**
 * Events of all units of a node. One that tells none, as nodes of the original, is asked for its list again and again: its events have
 * no cursor, and there is no `listed` and `resumed` among them.
 *
 * @throws {ControlError} as `ControlClient.unitEvents`
 */
export async function* unitEventsOrPoll(
  client: ControlClient,
  options: UnitEventsOptions,
): AsyncGenerator<UnitEvent, void> {
  try {
    yield* client.unitEvents(options);
  } catch (error) {
    if (!isBadCommand(error)) throw error;
    yield* pollUnits(client, options);
  }
}

async function* pollUnits(
  client: ControlClient,
  { signal, onDisconnect }: UnitEventsOptions,
): AsyncGenerator<UnitEvent, void> {
  let known = new Map<string, string>();
  let isReached = true;
  while (!signal?.aborted) {
    try {
      const units = await client.workList(undefined, { signal });
      isReached = true;
      const now = new Map<string, string>();
      for (const [unitId, status] of units) {
        const shown = encodeJson(unitStatusReply({ ...status, stdoutSize: 0n, extraData: null }));
        now.set(unitId, shown);
        if (known.get(unitId) !== shown) yield { type: 'unit', unitId, status };
      }
      for (const unitId of known.keys()) if (!units.has(unitId)) yield { type: 'released', unitId };
      known = now;
    } catch (error) {
      if (signal?.aborted) return;
      if (isRemoteAnswer(error)) throw error;
      if (isReached) onDisconnect?.(error instanceof Error ? error : new Error(String(error)));
      isReached = false;
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
