import { onAbort } from '@receptorjs/primitives';
import {
  ControlError,
  isRemoteAnswer,
  parseUnitEvent,
  type JsonValue,
  type UnitEvent,
} from '@receptorjs/control-protocol';
import { Backoff } from '../connection/backoff.js';
import { Outage } from '../connection/outage.js';

/** Which events of units are wanted, and how long they are waited for. */
export interface UnitEventsOptions {
  /** The cursor of the last event that was heard: what has changed since comes first, or all units when it is too old. */
  readonly after?: string | undefined;
  /** Units whose events are wanted. Default: all. */
  readonly unitIds?: readonly string[] | undefined;
  /** Ends the events without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds the node may be out of reach. Default 60,000; `Infinity` for ever. */
  readonly lostTimeoutMs?: number | undefined;
  /** Called when the node can't be reached any more, with the reason; it is tried again. */
  readonly onDisconnect?: ((reason: Error) => void) | undefined;
}

/** Opens the stream of events from a cursor on. */
export type OpenEvents = (
  after: string | undefined,
  signal: AbortSignal,
) => AsyncIterable<JsonValue>;

/** The longest wait between two attempts to reach a node, in milliseconds: people look at it. */
const LONGEST_WAIT_MS = 2_000;

/** See `ControlClient.unitEvents`. */
export async function* followEvents(
  open: OpenEvents,
  { after, signal: given, lostTimeoutMs = 60_000, onDisconnect }: UnitEventsOptions,
): AsyncGenerator<UnitEvent, void> {
  const over = new AbortController();
  const { signal } = over;
  const forget = onAbort(given, () => {
    over.abort();
  });
  const outage = new Outage(lostTimeoutMs, () => {
    over.abort();
  });
  const backoff = new Backoff(LONGEST_WAIT_MS);
  let cursor = after;
  let isReached = true;
  try {
    while (!signal.aborted) {
      try {
        for await (const line of open(cursor, signal)) {
          outage.over();
          backoff.reset();
          isReached = true;
          const event = parseUnitEvent(line);
          if (event === undefined) continue;
          if (event.type === 'reset') cursor = undefined;
          else cursor = event.cursor ?? cursor;
          yield event;
        }
      } catch (error) {
        // asked anew: it may have fired meanwhile
        if (over.signal.aborted) break;
        if (isRemoteAnswer(error) || isProtocolError(error)) throw error;
        outage.begin(error);
        if (isReached) onDisconnect?.(error instanceof Error ? error : new Error(String(error)));
        isReached = false;
      }
      await backoff.wait(signal);
    }
    if (outage.lost) throw outage.lost;
  } finally {
    forget();
    outage.over();
    over.abort();
  }
}

function isProtocolError(error: unknown): boolean {
  return error instanceof ControlError && error.code === 'protocol';
}
