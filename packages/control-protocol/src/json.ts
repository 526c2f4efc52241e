import { assertBoundedJson } from '@receptorjs/bounded-json';
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

/** Longest text with integers beyond 2^53 - 1 that is read; the parser that keeps them is slow. */
const MAX_EXACT_LENGTH = 256 * 1024;

/** Values of a text, and objects and lists in one another, that are read. */
const limits = { maxDepth: 1_000, maxValues: 4_000_000 };

/**
 * Reads JSON text without passing an integer through a double. Of two members of an object with the same name the last counts.
 *
 * @throws {SyntaxError} with the position of what is wrong; for a text that is nested deeper than 1,000 levels or has more than 4,000,000
 *   values, and for one of more than 262,144 characters with an integer beyond 2^53 - 1
 */
export function parseJson(
  text: string,
  { maxValues = limits.maxValues }: { readonly maxValues?: number | undefined } = {},
): JsonValue {
  try {
    assertBoundedJson(text, { ...limits, maxValues });
  } catch (cause) {
    throw new SyntaxError(cause instanceof Error ? cause.message : 'JSON is too large', { cause });
  }
  if (!hasLongInteger(text)) return JSON.parse(text) as JsonValue;
  if (text.length > MAX_EXACT_LENGTH) {
    const allowed = `allowed are ${MAX_EXACT_LENGTH} characters with integers beyond 2^53 - 1`;
    throw new SyntaxError(`JSON has ${text.length} characters; ${allowed}`);
  }
  return parse(text, undefined, exactOptions) as JsonValue;
}

/** Whether a text has an integer of 16 digits outside of its strings: a double may not hold it. */
function hasLongInteger(text: string): boolean {
  const digits = /(?<![\d.eE+])\d{16,}(?![\d.eE])/g;
  let outside = 0;
  for (let run = digits.exec(text); run !== null; run = digits.exec(text)) {
    // strings that begin before the digits are passed over
    let open = text.indexOf('"', outside);
    while (open >= 0 && open < run.index) {
      outside = endOfString(text, open) + 1;
      open = text.indexOf('"', outside);
    }
    if (outside <= run.index) return true;
    digits.lastIndex = outside;
  }
  return false;
}

/** Where the quote is that ends the string which begins at `open`; the end of the text when there is none. */
function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let escapes = 0;
    while (text[close - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return close;
  }
  return text.length;
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

const exactOptions = {
  parseNumber: exactNumber,
  // By itself the parser refuses them.
  onDuplicateKey: ({ newValue }: { readonly newValue: unknown }) => newValue,
};

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
