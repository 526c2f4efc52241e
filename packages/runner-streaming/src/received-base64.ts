import { StreamError } from './errors.js';
import type { MessageReader } from './message-reader.js';

/** What may follow a piece of foreign text and still be mended, in bytes of base64. */
const MAX_MENDED = 64 * 1024 * 1024;
/** Longest foreign text that stands in a base64 text. */
const MAX_FOREIGN = 64 * 1024;
/** What comes after an archive. */
const NEXT_MESSAGE = Buffer.from('{"');
const LINE_END = 10;

/**
 * The bytes of an archive from its base64 text, which has no line ends. Text of others in it (a broadcast to all
 * terminals, a warning of the shell) is removed where its bounds can be told; the archive's own checksums say
 * whether that was right.
 *
 * @param onForeign told how many bytes were removed
 * @throws StreamError 'truncated' when the stream ends before, 'bad-archive' when foreign text can't be removed.
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
    const bytes = Buffer.from(joined.toString('latin1', 0, whole), 'base64');
    const padding = whole === left ? (3 - (size % 3)) % 3 : 0;
    if (bytes.length !== (whole / 4) * 3 - padding) {
      const before = held?.text ?? Buffer.alloc(0);
      yield await mended(reader, Buffer.concat([before, joined]), left + before.length, onForeign);
      return;
    }
    left -= whole;
    rest = joined.subarray(whole);
    if (held !== undefined) yield held.bytes;
    held = { text: joined.subarray(0, whole), bytes };
  }
  if (held !== undefined) yield held.bytes;
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
  let tail = begun;
  // Where the archive ends is known by what follows: foreign text makes it longer than announced.
  while (length < wanted + MAX_FOREIGN && !(length > wanted && tail.includes(NEXT_MESSAGE))) {
    const piece = await reader.some();
    if (piece === undefined) break;
    pieces.push(piece);
    length += piece.length;
    tail = Buffer.concat([tail.subarray(-NEXT_MESSAGE.length), piece]);
  }
  const all = Buffer.concat(pieces);
  const after = all.indexOf(NEXT_MESSAGE, wanted);
  const end = after < 0 ? all.indexOf(NEXT_MESSAGE) : after;
  const text = end < 0 ? all : all.subarray(0, end);
  if (end >= 0) reader.giveBack(all.subarray(end));
  const clean = withoutForeign(text.toString('latin1'), wanted);
  if (clean === undefined)
    throw new StreamError('bad-archive', 'an archive is damaged: foreign or missing text in it');
  onForeign(text.length - wanted);
  return Buffer.from(clean, 'base64');
}

/**
 * Removes foreign text so that `wanted` characters remain; `undefined` when that can't be told. Foreign text ends with a
 * line end. Its first characters may look like base64: where a line end stands before them they are known to be
 * foreign, otherwise their number is what is too much, which can be told of one place only.
 */
export function withoutForeign(text: string, wanted: number): string | undefined {
  const parts: string[] = [];
  /** Part whose last characters may be foreign. */
  let doubtful: number | undefined;
  let at = 0;
  for (const match of text.matchAll(/[^A-Za-z0-9+/=\n][^\n]*(?:\n|$)|\n/g)) {
    const part = text.slice(at, match.index);
    const ownLine = at > 0 && text.charCodeAt(at - 1) === LINE_END && part.length < MAX_FOREIGN;
    at = match.index + match[0].length;
    if (match[0] === '\n') parts.push(part);
    else if (!ownLine) {
      if (doubtful !== undefined) return undefined;
      doubtful = parts.push(part) - 1;
    }
  }
  parts.push(text.slice(at));
  const excess = parts.reduce((sum, part) => sum + part.length, 0) - wanted;
  if (excess === 0) return parts.join('');
  // A foreign line may look like base64 all over.
  const lines = parts.filter((part, index) => index > 0 && part.length === excess);
  if (doubtful === undefined && lines.length === 1)
    return parts.filter((part, index) => index === 0 || part.length !== excess).join('');
  const part = parts[doubtful ?? -1];
  if (excess < 0 || doubtful === undefined || part === undefined || part.length < excess)
    return undefined;
  parts[doubtful] = part.slice(0, part.length - excess);
  return parts.join('');
}
