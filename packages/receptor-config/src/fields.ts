/** Raised by a field's reader; the parser puts action, field and place around its text. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

/**
 * One field of an action: how a value from YAML or from the command line becomes a typed one.
 * The rules of conversion are those of the original (control-and-work reference, section 5.1).
 */
export interface Field<T> {
  /** What is allowed, as it stands in error messages and in the help text. */
  readonly allowed: string;
  /** One line for the help text. */
  readonly help: string;
  /** The field that takes a value written without a key, as in `--tcp-listener 2222`. */
  readonly bare: boolean;
  readonly required: boolean;
  /** The value of a field that was not set. */
  readonly fallback: T | undefined;
  /** @throws FieldError when the value does not fit */
  read(value: unknown): T;
}

/** What can be said of a field besides its type. */
export interface FieldOptions<T> {
  help: string;
  bare?: boolean;
  required?: boolean;
  fallback?: T;
}

/** The type of a field's value: it may be undefined only when the field is optional without a default. */
export type Value<T, O> = O extends { fallback: T } | { required: true } ? T : T | undefined;

type Reader<T> = (value: unknown) => T;

function field<T, O extends FieldOptions<T>>(
  allowed: string,
  read: Reader<T>,
  options: O,
): Field<Value<T, O>> {
  const made: Field<T> = {
    allowed,
    read,
    help: options.help,
    bare: options.bare ?? false,
    required: options.required ?? false,
    fallback: options.fallback,
  };
  return made;
}

const readText: Reader<string> = (value) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return String(value);
  }
  throw new FieldError('is not text');
};

const integerPattern = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;

/** Integers take their base from the prefix, as in Go: `0660` and `0o660` are octal. */
const readInteger: Reader<number> = (value) => {
  if (typeof value === 'string' && integerPattern.test(value)) {
    const sign = value.startsWith('-') ? -1 : 1;
    const digits = value.replace(/^[+-]/, '');
    const octal = /^0[0-7]+$/.exec(digits);
    value = sign * (octal ? Number.parseInt(digits, 8) : Number(digits));
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new FieldError('is not a whole number');
};

const readNumber: Reader<number> = (value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new FieldError('is not a number');
};

const trueWords = new Set(['1', 't', 'T', 'Y', 'true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'y']);
const falseWords = new Set(['0', 'f', 'F', 'N', 'false', 'False', 'FALSE', 'no', 'No', 'NO', 'n']);

const readFlag: Reader<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  if (trueWords.has(String(value))) return true;
  if (falseWords.has(String(value))) return false;
  throw new FieldError('is neither true nor false');
};

function fromJson(value: unknown, opening: string): unknown {
  if (typeof value !== 'string' || !value.startsWith(opening)) return value;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new FieldError('is not valid JSON', { cause });
  }
}

const readList: Reader<string[]> = (value) => {
  const list = fromJson(value, '[');
  if (Array.isArray(list)) return list.map(readText);
  return [readText(list)];
};

const readCosts: Reader<Record<string, number>> = (value) => {
  const map = fromJson(value, '{');
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new FieldError('is not a map of node IDs to costs');
  }
  return Object.fromEntries(
    Object.entries(map).map(([node, cost]) => {
      const number = readNumber(cost);
      if (number <= 0) throw new FieldError(`connection cost must be positive for ${node}`);
      return [node, number];
    }),
  );
};

/** A text. Numbers and booleans are taken as the text they print as. */
export const text = <const O extends FieldOptions<string>>(options: O): Field<Value<string, O>> =>
  field<string, O>('text', readText, options);

/** One of several words, in any case. */
export function word<const W extends string, const O extends FieldOptions<W>>(
  words: readonly W[],
  options: O & { unknown: (value: string) => string },
): Field<Value<W, O>> {
  return field<W, O>(
    words.join(', '),
    (value) => {
      const found = words.find((each) => each === readText(value).toLowerCase());
      if (found === undefined) throw new FieldError(options.unknown(readText(value)));
      return found;
    },
    options,
  );
}

/** A whole number; `0660` is octal. */
export function integer<const O extends FieldOptions<number>>(
  options: O,
  { min, max, allowed }: { min: number; max: number; allowed?: string },
): Field<Value<number, O>> {
  return field<number, O>(
    allowed ?? `a whole number from ${min} to ${max}`,
    (value) => {
      const number = readInteger(value);
      if (number < min || number > max) throw new FieldError('is out of range');
      return number;
    },
    options,
  );
}

/** A port number of TCP or UDP; 0 lets the system choose. */
export const port = <const O extends FieldOptions<number>>(options: O): Field<Value<number, O>> =>
  integer(options, { min: 0, max: 65_535 });

/** File permissions, octal. */
export const permissions = <const O extends FieldOptions<number>>(
  options: O,
): Field<Value<number, O>> =>
  integer(options, { min: 0, max: 0o777, allowed: 'octal permissions such as 0600' });

/** A link cost: a number above 0. */
export const cost = <const O extends FieldOptions<number>>(options: O): Field<Value<number, O>> =>
  field<number, O>(
    'a number above 0',
    (value) => {
      const number = readNumber(value);
      if (number <= 0) throw new FieldError('connection cost must be positive');
      return number;
    },
    options,
  );

/** True or false, also as `yes`, `no`, `1`, `0`, `t`, `f`. */
export const flag = <const O extends FieldOptions<boolean>>(options: O): Field<Value<boolean, O>> =>
  field<boolean, O>('true or false', readFlag, options);

/** A list of texts; one text is a list of one, and text that starts with `[` is JSON. */
export const list = <const O extends FieldOptions<string[]>>(
  options: O,
): Field<Value<string[], O>> => field<string[], O>('a list of texts', readList, options);

/** A map of node IDs to link costs; text that starts with `{` is JSON. */
export const costs = <const O extends FieldOptions<Record<string, number>>>(
  options: O,
): Field<Value<Record<string, number>, O>> =>
  field('a map of node IDs to costs above 0', readCosts, options);

/** A `host:port` pair; an IPv6 host stands in brackets. */
export const hostAndPort = <const O extends FieldOptions<string>>(
  options: O,
): Field<Value<string, O>> =>
  field<string, O>(
    'host:port',
    (value) => {
      const address = readText(value);
      const match = /^(?:\[[^\]]+\]|[^:]*):(\d+)$/.exec(address);
      if (!match) throw new FieldError(`address ${address}: missing port in address`);
      if (Number(match[1]) > 65_535) throw new FieldError(`address ${address}: invalid port`);
      return address;
    },
    options,
  );

const durationUnits: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** A span of time as Go writes it (`21s`, `1m30s`, `1.5h`), read as milliseconds. */
export function duration<const O extends FieldOptions<number>>(
  options: O,
  { minMs }: { minMs: number },
): Field<Value<number, O>> {
  return field<number, O>(
    'a duration such as 30s or 1m30s',
    (value) => {
      const source = readText(value);
      const parts = [...source.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
      if (parts.length === 0 || parts.map((part) => part[0]).join('') !== source) {
        throw new FieldError('is not a duration');
      }
      const ms = parts.reduce(
        (sum, [, amount, unit]) => sum + Number(amount) * (durationUnits[unit ?? ''] ?? 0),
        0,
      );
      if (ms < minMs) throw new FieldError(`must be at least ${minMs / 1000}s`);
      return ms;
    },
    options,
  );
}
