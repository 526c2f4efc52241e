import { MeshError } from '../errors.js';

/** A JSON object as parsed by {@link parseObject}: integers of 16 and more digits are `bigint`. */
export type JsonObject = Readonly<Record<string, unknown>>;

const MARK = '\u0000n';
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gs;

/**
 * Parses a JSON object without rounding its integers: one of 16 or more digits becomes a `bigint`, everything else is
 * as `JSON.parse` has it.
 *
 * @throws {MeshError} `malformed-message` when the text is not a JSON object.
 */
export function parseObject(text: string): JsonObject {
  const marked = text.replace(STRING_OR_LONG_INTEGER, (token) =>
    token.startsWith('"') ? token : `"\\u0000n${token}"`,
  );
  let value: unknown;
  try {
    value = JSON.parse(marked, (_key, item: unknown) =>
      typeof item === 'string' && item.startsWith(MARK) && /^-?\d+$/.test(item.slice(2))
        ? BigInt(item.slice(2))
        : item,
    );
  } catch (cause) {
    throw new MeshError('malformed-message', 'the message is not valid JSON', { cause });
  }
  if (!isObject(value))
    throw new MeshError('malformed-message', 'the message is not a JSON object');
  return value;
}

/** Whether a parsed value is an object (not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string as Go's encoder writes it: `<`, `>`, `&` and the line separators escaped, everything else raw UTF-8. */
export function encodeString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An object with its keys sorted bytewise, as Go's encoder writes a map. */
export function encodeMap(entries: Iterable<readonly [string, string]>): string {
  const sorted = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${sorted.map(([key, value]) => `${encodeString(key)}:${value}`).join(',')}}`;
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
