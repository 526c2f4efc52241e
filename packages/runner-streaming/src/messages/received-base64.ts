import { StreamError } from '../errors.js';
import type { MessageReader } from './message-reader.js';

/** What may follow a piece of foreign text and still be mended, in bytes of base64. */
const MAX_MENDED = 64 * 1024 * 1024;
/** Longest foreign text that stands in a base64 text. */
const MAX_FOREIGN = 64 * 1024;
/** Least of a base64 text that is checked at once: longer than the first word of a foreign text. */
const MIN_PIECE = 4096;
/** Most foreign texts in one archive that are recognized: the search for their bounds takes the square of it. */
const MAX_FOREIGN_TEXTS = 1000;
/** How any message begins, and how those do that come after an archive; foreign text may hold braces, too. */
const MESSAGE = Buffer.from('{"');
const NEXT_MESSAGE = /\{"(?:eof|status|uuid|event|event_copy|zipfile|kwargs)":/;
/** Longest text {@link NEXT_MESSAGE} fits. */
const NEXT_MESSAGE_BYTES = 16;

/**
 * The bytes of an archive from its base64 text, which has no line ends. Text of others in it (a broadcast to all
 * terminals, a warning of the shell) is removed where its bounds are clear; the archive's own checksums say
 * whether that was right.
 *
 * @param onForeign gets how many bytes were removed
 * @throws {StreamError} 'truncated' when the stream ends before, 'bad-archive' when foreign text can't be removed.
 */
export async function* receiveBase64(
  reader: MessageReader,
  size: number,
  onForeign: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  let left = Math.ceil(size / 3) * 4;
  let rest: Buffer = Buffer.alloc(0);
  /** The piece before, not handed on yet: foreign text may have begun in it. */
  let held: { text: Buffer; bytes: Buffer } | undefined;
  while (left > 0) {
    const piece = await reader.some();
    if (piece === undefined)
      throw new StreamError(
        'truncated',
        `the stream ended ${left} bytes before the end of an archive`,
      );
    let joined = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    if (joined.length > left) {
      reader.giveBack(joined.subarray(left));
      joined = joined.subarray(0, left);
    }
    const whole = joined.length - (joined.length % 4);
    rest = joined;
    if (joined.length < Math.min(left, MIN_PIECE)) continue;
    const bytes = Buffer.from(joined.toString('latin1', 0, whole), 'base64');
    const padding = whole === left ? (3 - (size % 3)) % 3 : 0;
    const whatMustEnd = '='.repeat(padding);
    if (
      bytes.length !== (whole / 4) * 3 - padding ||
      joined.toString('latin1', whole - padding, whole) !== whatMustEnd
    ) {
      const before = held?.text ?? Buffer.alloc(0);
      yield await mended(reader, Buffer.concat([before, joined]), left + before.length, onForeign);
      return;
    }
    left -= whole;
    rest = joined.subarray(whole);
    if (held !== undefined) yield held.bytes;
    held = { text: joined.subarray(0, whole), bytes };
  }
  if (held === undefined) return;
  // A foreign word that looks like base64 takes the place of the archive's last characters, which stand behind it.
  if (await messageFollows(reader)) yield held.bytes;
  else yield await mended(reader, held.text, held.text.length, onForeign);
}

async function messageFollows(reader: MessageReader): Promise<boolean> {
  let next: Buffer = Buffer.alloc(0);
  while (next.length < MESSAGE.length) {
    const piece = await reader.some();
    if (piece === undefined) break;
    next = Buffer.concat([next, piece]);
  }
  reader.giveBack(next);
  return next.length === 0 || next.indexOf(MESSAGE) === 0;
}

/** The rest of an archive whose text has something foreign in it. */
async function mended(
  reader: MessageReader,
  begun: Buffer,
  wanted: number,
  onForeign: (bytes: number) => void,
): Promise<Buffer> {
  if (wanted > MAX_MENDED)
    throw new StreamError(
      'bad-archive',
      `foreign text stands in an archive, more than ${MAX_MENDED} bytes before its end: it can't be mended`,
    );
  const pieces = [begun];
  let length = begun.length;
  let tail = begun.toString('latin1');
  // Where the archive ends is known by what follows: foreign text makes it longer than announced.
  while (length < wanted + MAX_FOREIGN && !(length > wanted && NEXT_MESSAGE.test(tail))) {
    const piece = await reader.some();
    if (piece === undefined) break;
    pieces.push(piece);
    length += piece.length;
    tail = tail.slice(-NEXT_MESSAGE_BYTES) + piece.toString('latin1');
  }
  const bytes = Buffer.concat(pieces);
  const all = bytes.toString('latin1');
  // With fewer characters than announced the archive can't be complete, but the next message may be found.
  const behind = all.slice(wanted).search(NEXT_MESSAGE);
  const end = behind < 0 ? all.search(NEXT_MESSAGE) : wanted + behind;
  const text = end < 0 ? all : all.slice(0, end);
  if (end >= 0) reader.giveBack(bytes.subarray(end));
  const clean = withoutForeign(text, wanted);
  if (clean === undefined)
    throw new StreamError('bad-archive', 'an archive is damaged: foreign or missing text in it');
  onForeign(text.length - wanted);
  return Buffer.from(clean, 'base64');
}

/** Base64 text between two places where something else stands. */
interface Part {
  readonly text: string;
  /** Whether its end may belong to the foreign text behind it. */
  readonly doubtful: boolean;
  /** Whether all of it may: a line end stands before it. */
  readonly line: boolean;
}

/**
 * Removes foreign text so that `wanted` characters remain; `undefined` when no way to do so is found. Foreign text ends
 * with a line end. Its first characters may look like base64: where a line end stands before them all of them are
 * foreign, elsewhere as many as are too much.
 */
export function withoutForeign(text: string, wanted: number): string | undefined {
  const parts = partsOf(text);
  const excess = parts.reduce((sum, part) => sum + part.text.length, 0) - wanted;
  if (excess === 0) return joined(parts);
  if (excess < 0) return undefined;
  const doubtful = parts.filter((part) => part.doubtful);
  if (doubtful.length > MAX_FOREIGN_TEXTS) return undefined;
  const lines = doubtful.filter((part) => part.line);
  // Every line is foreign text as a whole, except one at most: of that line, or of the first part, only the end is.
  for (const cut of [undefined, ...doubtful]) {
    const dropped = lines.filter((part) => part !== cut);
    const left = dropped.reduce((sum, part) => sum - part.text.length, excess);
    if (cut === undefined ? left === 0 : left >= 0 && left <= cut.text.length)
      return joined(parts, dropped, cut, left);
  }
  // A line that looks like base64 all over, or such a word before a line end.
  const word =
    parts.find((part) => part.line && part !== parts.at(-1) && part.text.length === excess) ??
    (parts.length === 2 ? parts[0] : undefined);
  if (word === undefined || word.text.length < excess) return undefined;
  return joined(parts, [], word, excess);
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/[^A-Za-z0-9+/=\n][^\n]*(?:\n|$)|\n/g)) {
    const part = text.slice(at, match.index);
    const line = at > 0 && part.length < MAX_FOREIGN;
    parts.push({ text: part, doubtful: match[0] !== '\n', line });
    at = match.index + match[0].length;
  }
  parts.push({ text: text.slice(at), doubtful: false, line: false });
  return parts;
}

function joined(
  parts: readonly Part[],
  dropped: readonly Part[] = [],
  cut?: Part,
  characters = 0,
): string {
  return parts
    .filter((part) => !dropped.includes(part))
    .map((part) => (part === cut ? part.text.slice(0, part.text.length - characters) : part.text))
    .join('');
}
