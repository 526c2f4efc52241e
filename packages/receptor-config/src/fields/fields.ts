import { alone, field, FieldError } from './field.js';
import type { Field, FieldOptions, JsonSchema, Reader, TlsKind, Value } from './field.js';

/** Texts are also written as numbers, or as words YAML takes for true and false. */
export const textSchema: JsonSchema = { type: ['string', 'number', 'boolean'] };

/** Reads a text; numbers and booleans are the text they print as. */
export const readText: Reader<string> = (value) => {
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

/** Reads a finite number, also from its text. */
export const readNumber: Reader<number> = (value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new FieldError('is not a number');
};

const trueWords = ['1', 't', 'T', 'Y', 'true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'y'];
const falseWords = ['0', 'f', 'F', 'N', 'false', 'False', 'FALSE', 'no', 'No', 'NO', 'n'];

const readFlag: Reader<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  if (trueWords.includes(String(value))) return true;
  if (falseWords.includes(String(value))) return false;
  throw new FieldError('is neither true nor false');
};

/** A text. Numbers and booleans are taken as the text they print as. */
export const text = <const O extends FieldOptions<string>>(options: O): Field<Value<string, O>> =>
  field<string, O>({ allowed: 'text', read: readText, schema: textSchema }, options);

/** The name of a `tls-server` or `tls-client` of the same configuration; undefined when it is not set, or empty. */
export const tlsName = (refersTo: TlsKind, help: string): Field<string | undefined> =>
  field<string | undefined, { help: string; refersTo: TlsKind }>(
    {
      allowed: `name of a ${refersTo}`,
      read: (value) => readText(value) || undefined,
      schema: textSchema,
    },
    { help, refersTo },
  );

/** One of several words, in any case. */
export function word<const W extends string, const O extends FieldOptions<W>>(
  words: readonly W[],
  options: O & { unknown: (value: string) => string },
): Field<Value<W, O>> {
  return field<W, O>(
    {
      allowed: words.join(', '),
      read: (value) => {
        const found = words.find((each) => each === readText(value).toLowerCase());
        if (found === undefined) throw alone(options.unknown(readText(value)));
        return found;
      },
      schema: { anyOf: [{ enum: words }, { type: 'string', pattern: anyCase(words) }] },
      words,
    },
    options,
  );
}

/** Patterns of JSON Schema have no flag for case. */
const anyCase = (words: readonly string[]): string =>
  `^(?:${words.map((each) => each.replace(/[a-z]/g, (c) => `[${c.toUpperCase()}${c}]`)).join('|')})$`;

/** A whole number; `0660` is octal. */
export function integer<const O extends FieldOptions<number>>(
  options: O,
  {
    min,
    max,
    allowed = `a whole number from ${min} to ${max}`,
    maximumShown = max,
  }: { min: number; max: number; allowed?: string; maximumShown?: number },
): Field<Value<number, O>> {
  return field<number, O>(
    {
      allowed,
      read: (value) => {
        const number = readInteger(value);
        if (number < min || number > max) throw new FieldError('is out of range');
        return number;
      },
      schema: {
        anyOf: [
          { type: 'integer', minimum: min, maximum: maximumShown },
          { type: 'string', pattern: integerPattern.source },
        ],
      },
    },
    options,
  );
}

/** A percentage. */
export const percent = <const O extends FieldOptions<number>>(
  options: O,
): Field<Value<number, O>> => integer(options, { min: 0, max: 100 });

/** A port number of TCP or UDP; 0 lets the system choose. */
export const port = <const O extends FieldOptions<number>>(options: O): Field<Value<number, O>> =>
  integer(options, { min: 0, max: 65_535 });

/**
 * File permissions, octal. Editors that read YAML 1.2 take `0777` for seven hundred and
 * seventy-seven, hence the higher maximum in the schema.
 */
export const permissions = <const O extends FieldOptions<number>>(
  options: O,
): Field<Value<number, O>> =>
  integer(options, {
    min: 0,
    max: 0o777,
    allowed: 'octal permissions such as 0600',
    maximumShown: 777,
  });

/** A link cost: a number above 0. */
export const cost = <const O extends FieldOptions<number>>(options: O): Field<Value<number, O>> =>
  field<number, O>(
    {
      allowed: 'a number above 0',
      read: (value) => {
        const number = readNumber(value);
        if (number <= 0) throw alone('connection cost must be positive');
        return number;
      },
      schema: costSchema,
    },
    options,
  );

/** A number above 0, or a text that holds one. */
export const costSchema: JsonSchema = {
  anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { type: 'string' }],
};

/** True or false, also as `yes`, `no`, `1`, `0`, `t`, `f`. */
export const flag = <const O extends FieldOptions<boolean>>(options: O): Field<Value<boolean, O>> =>
  field<boolean, O>(
    {
      allowed: 'true or false',
      read: readFlag,
      schema: { anyOf: [{ type: 'boolean' }, { enum: [0, 1, ...trueWords, ...falseWords] }] },
      words: ['true', 'false'],
    },
    options,
  );
