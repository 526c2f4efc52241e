/** A place in a configuration file; line and column count from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where something was written. */
export type Origin = 'command line' | FilePlace;

/** A value without structure, as YAML or the command line gives it. */
export type Scalar = string | number | bigint | boolean;

/** One field of an action as written. */
export interface Entry {
  /** In lower case. */
  readonly key: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** One action as written, before its fields have been checked. */
export interface Item {
  readonly action: string;
  readonly origin: Origin;
  /** Values with a key, in the order they were written; a key may stand more than once on a command line. */
  readonly entries: readonly Entry[];
  /** A value without a key. */
  readonly bare?: Scalar;
  /** Stands in a file of the v2 form, where several actions that make certificates may stand together. */
  readonly v2?: boolean;
}

/** ` (FILE:LINE)` for items of a file, nothing for the command line. */
export function place(origin: Origin): string {
  return origin === 'command line' ? '' : ` (${origin.file}:${origin.line})`;
}
