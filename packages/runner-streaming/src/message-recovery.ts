/** First keys of every message; a message that stands behind foreign text is found by them. */
const BEGINNING =
  /\{\s?"(?:uuid|event|status|zipfile|eof|kwargs|accepts|blobs|missing_blobs|event_copy|warning|debug)":/y;
/** Beginnings that are tried in one line. */
const MAX_BEGINNINGS = 16;
/** Longest line whose middle is searched; of a longer one only what stands at its end is taken. */
const MAX_SEARCHED = 4 * 1024 * 1024;

/** A message and its JSON text. */
export type Message = readonly [message: Readonly<Record<string, unknown>>, text: string];

/** The object a line holds, or `undefined` when it holds anything else. */
export function messageOf(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? [value, line] : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The messages that are whole in a damaged line: behind a banner, before foreign text, or several in one line because an
 * end of line was lost. What is not whole is left out, never mended: a guess could put foreign text into an event.
 */
export function messagesIn(damaged: string): readonly Message[] {
  const found: Message[] = [];
  const searched = damaged.length > MAX_SEARCHED ? lastStarts(damaged) : firstStarts(damaged);
  for (let at = 0; at < searched.length;) {
    const taken = longest(damaged, searched, at);
    if (taken === undefined) at += 1;
    else {
      found.push(taken.message);
      at = taken.next;
    }
  }
  return found;
}

/** Where the first messages may begin; no more than are tried, however many there are. */
function firstStarts(line: string): number[] {
  const starts: number[] = [];
  for (let at = line.indexOf('{'); at >= 0; at = line.indexOf('{', at + 1))
    if (beginsAt(line, at) && starts.push(at) === MAX_BEGINNINGS) break;
  return starts;
}

/** Where the last ones may. */
function lastStarts(line: string): number[] {
  const starts: number[] = [];
  for (let at = line.lastIndexOf('{'); at >= 0; at = at === 0 ? -1 : line.lastIndexOf('{', at - 1))
    if (beginsAt(line, at) && starts.unshift(at) === MAX_BEGINNINGS) break;
  return starts;
}

function beginsAt(line: string, at: number): boolean {
  BEGINNING.lastIndex = at;
  return BEGINNING.test(line);
}

/** The longest message that begins at `starts[at]`, and the first beginning behind it. */
function longest(
  line: string,
  starts: readonly number[],
  at: number,
): { message: Message; next: number } | undefined {
  const ends = line.length > MAX_SEARCHED ? [] : starts.slice(at + 1);
  for (let next = starts.length; next > at; next--) {
    const end = next === starts.length ? line.length : starts[next];
    if (next !== starts.length && ends.length === 0) return undefined;
    const last = line.lastIndexOf('}', (end ?? 0) - 1);
    const start = starts[at] ?? 0;
    if (last < start) continue;
    const message = messageOf(line.slice(start, last + 1));
    if (message !== undefined && isKnown(message[0])) return { message, next };
  }
  return undefined;
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
