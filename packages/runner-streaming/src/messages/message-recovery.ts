import { findEndOfJson, parseBoundedJsonInTurns } from '@receptorjs/bounded-json';

/** First keys of every message; a message that stands behind foreign text is found by them. */
const BEGINNING =
  /\{\s?"(?:uuid|event|status|zipfile|eof|kwargs|accepts|blobs|missing_blobs|event_copy|warning|debug)":/g;
/** Beginnings that are tried in one line. */
const MAX_BEGINNINGS = 16;
/** Longest line that is searched all over; of a longer one its end is. */
const MAX_SEARCHED = 1024 * 1024;
/** And its beginning, where a banner may stand before a message. */
const MAX_BANNER = 64 * 1024;
/** Times its length that a line is looked at where no message is found. */
const MAX_VAIN = 4;

/** A message and its JSON text. */
export type Message = readonly [message: Readonly<Record<string, unknown>>, text: string];

/** The object a line holds, or `undefined` when it holds anything else, or more than {@link parseBoundedJsonInTurns} takes. */
export async function messageOf(line: string): Promise<Message | undefined> {
  try {
    const value = await parseBoundedJsonInTurns(line);
    return isObject(value) ? [value, line] : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The messages that are whole in a damaged line: behind a banner, before foreign text, or several in one line because an
 * end of line was lost. What is not whole is left out, never mended: a guess could put foreign text into an event.
 */
export async function messagesIn(damaged: string): Promise<readonly Message[]> {
  const found: Message[] = [];
  const starts = startsIn(damaged);
  let behind = 0;
  /** Characters that may be looked at in vain; after that the rest of the line is passed over. */
  let vain = damaged.length + MAX_VAIN * Math.min(damaged.length, MAX_SEARCHED);
  for (const start of starts) {
    if (start < behind) continue;
    const { end, seen } = await findEndOfJson(damaged, start);
    const message =
      end !== undefined && isOutermost(damaged, end, starts)
        ? await messageOf(damaged.slice(start, end))
        : undefined;
    if (end !== undefined && message !== undefined && isKnown(message[0])) {
      found.push(message);
      behind = end;
    } else vain -= seen - start;
    if (vain < 0) break;
  }
  return found;
}

/** Whether no bracket closes between this end and where the next message may begin: else it was part of something else. */
function isOutermost(line: string, end: number, starts: readonly number[]): boolean {
  const close = line.indexOf('}', end);
  const next = starts.find((start) => start >= end) ?? line.length;
  return close < 0 || close >= next;
}

/** Where messages may begin: no more places than are tried, however many there are. */
function startsIn(line: string): readonly number[] {
  if (line.length <= MAX_SEARCHED) return startsFrom(line, 0, line.length).slice(0, MAX_BEGINNINGS);
  const tail = line.length - MAX_SEARCHED;
  return [
    ...startsFrom(line, 0, MAX_BANNER).slice(0, MAX_BEGINNINGS / 2),
    ...startsFrom(line, tail, line.length).slice(-MAX_BEGINNINGS),
  ];
}

function startsFrom(line: string, from: number, to: number): number[] {
  return Array.from(line.slice(from, to).matchAll(BEGINNING), ({ index }) => from + index);
}

/** Whether it is a message by itself, and no part of one. */
function isKnown(value: Readonly<Record<string, unknown>>): boolean {
  if ('event' in value) return typeof value.counter === 'number' && 'uuid' in value;
  return (
    typeof value.status === 'string' ||
    typeof value.zipfile === 'number' ||
    value.eof === true ||
    isObject(value.kwargs) ||
    typeof value.event_copy === 'string' ||
    typeof value.warning === 'string' ||
    typeof value.debug === 'string'
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
