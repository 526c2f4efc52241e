import type { Comparand, Lookup } from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import type { Field } from '../resources/fields.js';

const MAX_VALUES = 1000;
const MAX_INTEGER = 2_147_483_647;
const MAX_PATTERN = 200;
const MAX_REPETITIONS = 1000;
const textual: ReadonlySet<Lookup> = new Set([
  'iexact',
  'contains',
  'icontains',
  'startswith',
  'istartswith',
  'endswith',
  'iendswith',
  'regex',
  'iregex',
]);

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  false: false,
  '0': false,
  no: false,
};

const isNull = (text: string): boolean => /^(?:null|none)$/i.test(text);

/** What a field is compared with, read from a query; `isnull` where the text says null. */
export function comparandOf(
  name: string,
  field: Field,
  lookup: Lookup,
  text: string,
): { lookup: Lookup; value: Comparand | readonly Comparand[] } {
  if (text.includes('\0')) throw ApiError.badRequest(`${name}: a null character is not allowed`);
  if (lookup === 'isnull') return { lookup, value: truth(name, text) };
  if (textual.has(lookup)) {
    if (lookup === 'regex' || lookup === 'iregex') checkPattern(name, text);
    return { lookup, value: text };
  }
  if (lookup === 'in') {
    const texts = text.split(',');
    if (texts.length > MAX_VALUES)
      throw ApiError.badRequest(`${name}: at most ${MAX_VALUES} values are allowed`);
    return { lookup, value: texts.map((one) => single(name, field, one)) };
  }
  if (lookup === 'exact' && isNull(text) && field.type !== 'string')
    return { lookup: 'isnull', value: true };
  return { lookup, value: single(name, field, text) };
}

function single(name: string, { type, choices }: Field, text: string): Comparand {
  if (type === 'boolean') return truth(name, text);
  if (type === 'datetime') return time(name, text);
  const isNumber =
    type === 'integer' ||
    type === 'id' ||
    type === 'float' ||
    type === 'decimal' ||
    (type === 'choice' && typeof choices?.[0]?.[0] === 'number');
  return isNumber ? number(name, text, type) : text;
}

function number(name: string, text: string, type: Field['type']): number {
  const value = Number(text);
  const isWhole = type === 'integer' || type === 'id' || type === 'choice';
  if (text.trim() === '' || !Number.isFinite(value) || (isWhole && !Number.isInteger(value)))
    throw ApiError.badRequest(`${name}: '${text}' is not a number that is allowed here`);
  if (isWhole && Math.abs(value) > MAX_INTEGER)
    throw ApiError.badRequest(`${name}: ${text} is out of range`);
  return value;
}

function truth(name: string, text: string): boolean {
  const value = truths[text.toLowerCase()];
  if (value === undefined)
    throw ApiError.badRequest(`${name}: '${text}' is neither true nor false`);
  return value;
}

function time(name: string, text: string): Date {
  const date = new Date(text);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 0 || year > 9999)
    throw ApiError.badRequest(`${name}: '${text}' is not a time such as 2026-01-31T12:00:00Z`);
  return date;
}

function checkPattern(name: string, text: string): void {
  if (text.length > MAX_PATTERN)
    throw ApiError.badRequest(`${name}: a pattern has at most ${MAX_PATTERN} characters`);
  if (/(?:^|[^\\])(?:\\\\)*\\[1-9]/.test(text))
    throw ApiError.badRequest(`${name}: a pattern may not refer back to its groups (\\1)`);
  if (repetitions(text) > MAX_REPETITIONS)
    throw ApiError.badRequest(
      `${name}: a pattern repeats at most ${MAX_REPETITIONS} times by {n,m}, all of them multiplied`,
    );
  try {
    new RegExp(text);
  } catch {
    throw ApiError.badRequest(`${name}: '${text}' is not a regular expression`);
  }
}

/** How much the bounds of a pattern may multiply it, which the database does before it looks at a row. */
const repetitions = (text: string): number =>
  [...text.matchAll(/\{(\d*)(?:,(\d*))?\}/g)]
    .map(([, least = '', most = '']) => Math.max(1, Number(least), Number(most)))
    .reduce((product, count) => product * count, 1);
