const ESCAPE = '\u001b';

/** Longest mark that is recognised, in bytes. */
export const MAX_MARK_BYTES = 1024;

/** What a mark says: an event with this uuid begins, or (without one) the current event ends. */
export interface Mark {
  readonly uuid?: string;
}

/** The bytes of a mark as the callback plugin prints it. */
export function encodeMark(secret: string, uuid?: string): Buffer {
  const content = JSON.stringify(uuid === undefined ? { secret } : { secret, uuid });
  const text = Buffer.from(content).toString('base64');
  const pieces = text.match(/.{1,78}/g) ?? [];
  const body = pieces.map((piece) => `${piece}${ESCAPE}[${piece.length}D`).join('');
  return Buffer.from(`${ESCAPE}[K${body}${ESCAPE}[K`, 'latin1');
}

/** Bytes every mark of a run starts with; they contain the secret, so no other text does. */
export function markPrefix(secret: string): Buffer {
  const content = Buffer.from(`{"secret":"${secret}"`);
  const whole = content.length - (content.length % 3);
  const text = content.subarray(0, whole).toString('base64');
  if (text.length > 78) throw new RangeError('the secret is too long for one piece of a mark');
  return Buffer.from(`${ESCAPE}[K${text}`, 'latin1');
}

const base64Text = /^[A-Za-z0-9+/=]+$/;

/** Reads a complete mark, from `ESC[K` to `ESC[K`; `undefined` when it is none of this run. */
export function decodeMark(bytes: Buffer, secret: string): Mark | undefined {
  const text = joinedPieces(bytes.toString('latin1', 3, bytes.length - 3));
  if (text === undefined) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  const { secret: said, uuid } = content as Record<string, unknown>;
  if (said !== secret) return undefined;
  if (uuid === undefined) return {};
  // It becomes part of a file name.
  return typeof uuid === 'string' && /^[\w.-]{1,128}$/.test(uuid) ? { uuid } : undefined;
}

/** The base64 of pieces of at most 78 characters, each with its length behind it; `undefined` where that is not what they are. */
function joinedPieces(body: string): string | undefined {
  let text = '';
  for (let at = 0; at < body.length;) {
    const end = body.indexOf(ESCAPE, at);
    const length = end - at;
    const back = `${ESCAPE}[${length}D`;
    if (length < 1 || length > 78 || !body.startsWith(back, end)) return undefined;
    text += body.slice(at, end);
    at = end + back.length;
  }
  return base64Text.test(text) ? text : undefined;
}
