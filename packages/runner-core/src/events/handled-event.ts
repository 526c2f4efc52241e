import type { RunEvent } from './events.js';
import { changeJson } from '../secrets/json-walk.js';
import { spacedJson } from './json-text.js';

/** What becomes of an event: what its handler left of it. */
export type HandledEvent =
  | { readonly fate: 'kept'; readonly withFile: boolean }
  | { readonly fate: 'dropped' }
  | {
      readonly fate: 'replaced';
      readonly event: RunEvent;
      /** The JSON text of the replacement. */
      readonly json: string;
    };

const KEPT: HandledEvent = { fate: 'kept', withFile: true };
const WITHOUT_FILE: HandledEvent = { fate: 'kept', withFile: false };
const DROPPED: HandledEvent = { fate: 'dropped' };

/**
 * Reads what an event handler returned, its promise fulfilled: `false` keeps the event without a file, `null` drops it, an event
 * takes its place, and anything else changes nothing.
 *
 * @param json of the event as the handler got it
 * @throws {TypeError} for a replacement that is none: other `uuid` or `counter`, no `stdout`, or nothing JSON can hold.
 */
export function handledEvent(answer: unknown, event: RunEvent, json: string): HandledEvent {
  if (answer === false) return WITHOUT_FILE;
  if (answer === null) return DROPPED;
  if (answer === event || !isPlainObject(answer)) return KEPT;
  const { uuid, counter, stdout, event: name } = answer;
  if (uuid !== event.uuid || counter !== event.counter)
    throw new TypeError(
      `it returned an object in the place of event ${event.counter} that has not its uuid and counter; ` +
        'return the event with what is to be changed ({ ...event, stdout: "..." }), null to drop it, or nothing',
    );
  if (typeof name !== 'string' || typeof stdout !== 'string')
    throw new TypeError(
      `its replacement of event ${event.counter} has no text ${typeof name === 'string' ? 'stdout' : 'event'}`,
    );
  const changed = answer as unknown as RunEvent;
  return { fate: 'replaced', event: changed, json: withExactNumbers(spacedJson(changed), json) };
}

/** Freezes an event all through, so that a handler that changes it, rather than return another, gets an error. */
export function frozen<Event extends object>(event: Event): Event {
  const waiting: object[] = [event];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    Object.freeze(one);
    for (const value of Object.values(one) as unknown[])
      if (typeof value === 'object' && value !== null && !Object.isFrozen(value))
        waiting.push(value);
  }
  return event;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const LONG_NUMBER = /\d{16}/;

/** Numbers that JavaScript can't hold are written as the original has them. */
function withExactNumbers(json: string, original: string): string {
  if (!LONG_NUMBER.test(original)) return json;
  const exact = new Map<number, string>();
  changeJson(original, ({ raw, kind }) => {
    if (kind === 'number' && LONG_NUMBER.test(raw) && String(Number(raw)) !== raw)
      exact.set(Number(raw), raw);
    return raw;
  });
  if (exact.size === 0) return json;
  return changeJson(json, ({ raw, kind }) =>
    kind === 'number' ? (exact.get(Number(raw)) ?? raw) : raw,
  );
}
