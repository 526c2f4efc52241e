import { parse } from 'lossless-json';

/**
 * A JSON value whose integers are exact: those beyond 2^53 - 1 are `bigint`, all others `number`. A `Map` is an object
 * whose order of keys counts (plain objects put keys such as `10` first); {@link parseJson} never makes one.
 */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>
  | { readonly [key: string]: JsonValue | undefined };

/** A JSON object as {@link parseJson} returns it and {@link encodeJson} takes it. */
export type JsonObject = Readonly<Record<string, JsonValue | undefined>>;

/**
 * Reads JSON text without passing an integer through a double.
 *
 * @throws SyntaxError with the position of what is wrong
 */
export function parseJson(text: string): JsonValue {
  return parse(text, undefined, exactNumber) as JsonValue;
}

/** Whether a parsed value is a JSON object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map)
  );
}

function exactNumber(text: string): number | bigint {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || Number.isSafeInteger(value)) return value;
  return BigInt(text);
}

const htmlSpecials = /[<>&\u2028\u2029]/g;

function encodeString(text: string): string {
  return JSON.stringify(text).replace(
    htmlSpecials,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Writes compact JSON as the control protocol has it: keys in the order given, `<`, `>`, `&` and the two line
 * separators escaped, other text raw, `bigint` as digits. Keys whose value is `undefined` are left out.
 */
export function encodeJson(value: JsonValue): string {
  if (typeof value === 'string') return encodeString(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${(value as readonly JsonValue[]).map((item) => encodeJson(item)).join(',')}]`;
  }
  const entries: Iterable<[string, JsonValue | undefined]> =
    value instanceof Map ? (value as Map<string, JsonValue>) : Object.entries(value as JsonObject);
  const members: string[] = [];
  for (const [key, member] of entries) {
    if (member !== undefined) members.push(`${encodeString(key)}:${encodeJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** Compares two strings by the bytes of their UTF-8 form, the order of keys in replies. */
export function compareBytes(a: string, b: string): number {
  // Without surrogates that is the order of the strings themselves, which costs no copy.
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : Number(a > b);
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const SURROGATE = /[\ud800-\udfff]/;

/** The members of an object with its own keys in bytewise order; nested values are left as they are. */
export function sortKeys(object: JsonObject): ReadonlyMap<string, JsonValue> {
  const members = Object.entries(object).flatMap(([key, value]): [string, JsonValue][] =>
    value === undefined ? [] : [[key, value]],
  );
  return new Map(members.sort(([a], [b]) => compareBytes(a, b)));
}
