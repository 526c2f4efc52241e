import { MeshError } from '../errors.js';

/** A JSON object as parsed by {@link parseObject}: integers of 16 and more digits are `bigint`. */
export type JsonObject = Readonly<Record<string, unknown>>;

const MARK = '\u0000n';
/** A string without end runs to the end of the text: looking for its end once more from each of its quotes took seconds. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const MAYBE_LONG = /\d{16}/;
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * Parses a JSON object without rounding its integers: one of 16 or more digits becomes a `bigint`, everything else is
 * as `JSON.parse` has it.
 *
 * @throws {MeshError} `malformed-message` when the text is not a JSON object.
 */
export function parseObject(text: string): JsonObject {
  let marks = 0;
  const marked = !MAYBE_LONG.test(text)
    ? text
    : text.replace(STRING_OR_NUMBER, (token) => {
        if (!LONG_INTEGER.test(token)) return token;
        marks++;
        return `"\\u0000n${token}"`;
      });
  try {
    const value: unknown = JSON.parse(marked);
    if (isObject(value))
      return marks === 0
        ? value
        : (restored(value, marks) ?? (JSON.parse(marked, restore) as JsonObject));
  } catch (cause) {
    throw new MeshError('malformed-message', 'the message is not valid JSON', { cause });
  }
  throw new MeshError('malformed-message', 'the message is not a JSON object');
}

/** The value for a marked integer; any other as it is. */
function restore(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(MARK) && LONG_INTEGER.test(value.slice(2))
    ? BigInt(value.slice(2))
    : value;
}

/** The object with the integers of its own fields restored; undefined when there are marks deeper in it. */
function restored(object: JsonObject, marks: number): JsonObject | undefined {
  let left = marks;
  const entries = Object.entries(object).map(([key, value]) => {
    const back = restore(key, value);
    if (back !== value) left--;
    return [key, back] as const;
  });
  return left === 0 ? Object.fromEntries(entries) : undefined;
}

/** Whether a parsed value is an object (not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const ESCAPED = /[<>&\u2028\u2029]/;

/** A string as Go's encoder writes it: `<`, `>`, `&` and the line separators escaped, everything else raw UTF-8. */
export function encodeString(text: string): string {
  const quoted = JSON.stringify(text);
  if (!ESCAPED.test(quoted)) return quoted;
  return quoted.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An object with its keys sorted bytewise, as Go's encoder writes a map. */
export function encodeMap(entries: Iterable<readonly [string, string]>): string {
  const sorted = [...entries].sort(([a], [b]) => compareBytewise(a, b));
  return `{${sorted.map(([key, value]) => `${encodeString(key)}:${value}`).join(',')}}`;
}

/** The order of the UTF-8 bytes; that of UTF-16 is the same as long as there is nothing above the surrogates. */
function compareBytewise(a: string, b: string): number {
  if (/[\ud800-\uffff]/.test(a) || /[\ud800-\uffff]/.test(b)) {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

const malformed = (field: string, wanted: string): MeshError =>
  new MeshError('malformed-message', `field ${field} must be ${wanted}`);

/** A string field; absent or null reads as `''`, as Go decodes it. */
export function stringField(object: JsonObject, field: string): string {
  const value = object[field] ?? '';
  if (typeof value !== 'string') throw malformed(field, 'a string');
  return value;
}

/** A boolean field; absent or null reads as `false`. */
export function booleanField(object: JsonObject, field: string): boolean {
  const value = object[field] ?? false;
  if (typeof value !== 'boolean') throw malformed(field, 'a boolean');
  return value;
}

const MAX_U64 = (1n << 64n) - 1n;

/** An unsigned 64-bit integer field; absent or null reads as 0. */
export function u64Field(object: JsonObject, field: string): bigint {
  const value = object[field] ?? 0;
  const exact =
    typeof value === 'bigint'
      ? value
      : typeof value === 'number' && Number.isSafeInteger(value)
        ? BigInt(value)
        : undefined;
  if (exact === undefined || exact < 0n || exact > MAX_U64) {
    throw malformed(field, 'an unsigned 64-bit integer');
  }
  return exact;
}
