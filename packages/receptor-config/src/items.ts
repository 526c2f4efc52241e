/** Where an item was written, for error messages: `command line` or `FILE:LINE`. */
export type Origin = string;

/** A value without structure, as YAML or the command line gives it. */
export type Scalar = string | number | bigint | boolean;

/** One action as written, before its fields have been checked. */
export interface Item {
  readonly action: string;
  readonly origin: Origin;
  /** Values with a key, in the order they were written; a key may stand more than once. */
  readonly entries: readonly (readonly [key: string, value: unknown])[];
  /** A value without a key. */
  readonly bare?: Scalar;
}

/** ` (FILE:LINE)` for items of a file, nothing for the command line. */
export function place(origin: Origin): string {
  return origin === 'command line' ? '' : ` (${origin})`;
}
