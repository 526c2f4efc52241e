import type { ColumnType } from 'kysely';

/** What jsonb may hold. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * A column of jsonb. It is read as a value and written as text, by {@link jsonText}: the drivers differ in what they make of arrays.
 */
export type JsonColumn<T> = ColumnType<T, string, string>;
/** The same with a default. */
export type DefaultedJson<T> = ColumnType<T, string | undefined, string>;
/** The same, which may be null. */
export type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>;

/** A column of numeric, read as text, since doubles can't hold all of them. */
export type Decimal = ColumnType<string, string | number | undefined, string | number>;

/** A column that the database itself computes. */
export type Computed<T> = ColumnType<T, never, never>;

/** What PostgreSQL takes in no text of jsonb: the character NUL, and halves of a character, which Ansible writes for bytes that are no UTF-8. */
const UNSTORABLE = /(\\+)u(0000|d[89a-f][0-9a-f]{2})/g;

/** JSON text for a column of jsonb. The character NUL is left out, and half a character becomes U+FFFD. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes('\\u0000') && !text.includes('\\ud')) return text;
  // after an odd number of backslashes the last one begins an escape, after an even number all are text
  return text.replaceAll(UNSTORABLE, (whole, slashes: string, code: string) => {
    if (slashes.length % 2 === 0) return whole;
    return code === '0000' ? slashes.slice(1) : `${slashes}ufffd`;
  });
}

/** Text for a column of text, without the character NUL, which PostgreSQL can't store. */
export const plainText = (text: string): string =>
  text.includes('\0') ? text.replaceAll('\0', '') : text;
