import { ControlError } from './errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import type { ReportedStatus, UnitStatus } from './unit-status.js';
import { parseUnitStatus, unitStatusReply } from './unit-status-reply.js';

/**
 * What `work events` tells, in this order: `resumed`, or `reset`, a `unit` for each one there is, and `listed`; then `unit` and
 * `released` as things change. After a `reset` a reader forgets all it knows; by `listed` it has heard of each unit there is.
 *
 * A cursor is a text to go on from later. An event of a list has none: a list that breaks off is begun anew.
 */
export type UnitEvent<Status extends UnitStatus = ReportedStatus> =
  | { readonly type: 'reset' }
  | { readonly type: 'resumed'; readonly cursor: string }
  | { readonly type: 'listed'; readonly cursor: string }
  | {
      readonly type: 'unit';
      readonly unitId: string;
      readonly status: Status;
      readonly cursor?: string | undefined;
    }
  | { readonly type: 'released'; readonly unitId: string; readonly cursor?: string | undefined };

/** The longest cursor, in characters. */
export const MAX_CURSOR_LENGTH = 64;

/** The line of an event: keys in bytewise order. */
export function unitEventReply(event: UnitEvent<UnitStatus>): JsonObject {
  switch (event.type) {
    case 'reset':
      return { Event: event.type };
    case 'resumed':
    case 'listed':
      return { Cursor: event.cursor, Event: event.type };
    case 'unit': {
      const { cursor, unitId, status } = event;
      return {
        Cursor: cursor,
        Event: event.type,
        Status: unitStatusReply(status),
        UnitID: unitId,
      };
    }
    case 'released':
      return { Cursor: event.cursor, Event: event.type, UnitID: event.unitId };
  }
}

/**
 * Reads the line of an event; nothing for one of a kind that is not known here.
 *
 * @throws {ControlError} `protocol` when a field is missing or of another type
 */
export function parseUnitEvent(value: JsonValue): UnitEvent | undefined {
  if (!isJsonObject(value)) throw new ControlError('protocol', 'a unit event must be an object');
  const { Cursor, Event, Status, UnitID } = value;
  switch (Event) {
    case 'reset':
      return { type: Event };
    case 'resumed':
    case 'listed':
      return { type: Event, cursor: text('Cursor', Cursor, MAX_CURSOR_LENGTH) };
    case 'unit':
    case 'released': {
      const unitId = text('UnitID', UnitID, MAX_CURSOR_LENGTH);
      const cursor =
        Cursor === undefined ? {} : { cursor: text('Cursor', Cursor, MAX_CURSOR_LENGTH) };
      if (Event === 'released') return { type: Event, unitId, ...cursor };
      return { type: Event, unitId, status: parseUnitStatus(Status ?? null), ...cursor };
    }
    default:
      if (typeof Event === 'string') return undefined;
      throw new ControlError('protocol', 'Event of a unit event must be a string');
  }
}

function text(name: string, value: JsonValue | undefined, maxLength: number): string {
  if (typeof value === 'string' && value.length <= maxLength) return value;
  throw new ControlError(
    'protocol',
    `${name} of a unit event must be a string of at most ${maxLength} characters`,
  );
}
