import type { Field } from '../fields/field.js';

/** The fields of an action by their names in lower case. */
export type FieldTable = Readonly<Record<string, Field<unknown>>>;

/** The type of a field's value. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

/** Fields after validation; optional ones without a default may be undefined. */
export type Values<F extends FieldTable> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** What is wrong with the fields of an action taken together. */
export interface Conflict {
  /** The text of the original, where it has one. */
  readonly why: string;
  /** What would be right. */
  readonly hint: string;
  /** The field to point at. */
  readonly field?: string;
}

/** What a running node can do with an action whose configuration has changed. */
export type Reload =
  /** Opened and closed on its own. */
  | 'reopened'
  /** A setting of the node that is changed in place. */
  | 'applied'
  /** Fixed for the life of the process. */
  | 'fixed';

/** A file that an action names and that a node reads only when work is submitted. */
export interface NamedFile {
  /** Empty or undefined when the action names none. */
  readonly path: string | undefined;
  /** What an error says when it is not there. */
  readonly missing: string;
  /** The kind of RSA key that must be in it; without one anything may. */
  readonly key?: 'private' | 'public';
}

/** An action of the configuration: what it is for, which fields it takes, what may be done with it. */
export interface ActionSpec<F extends FieldTable> {
  readonly help: string;
  readonly fields: F;
  readonly reload: Reload;
  /** Its key in the v2 form; a list of maps unless {@link singleton} or {@link v2Single}. */
  readonly v2?: string;
  /** One map in the v2 form, though it may stand more than once elsewhere. */
  readonly v2Single?: boolean;
  /** May stand once only. */
  readonly singleton?: boolean;
  /** Must stand alone: it is done without a node. */
  readonly exclusive?: boolean;
  /** Distinguishes it from others of its name, in logs and plans. */
  subject?(fields: Values<F>): string | undefined;
  /** The mesh service that it offers under a name of its own; empty for none. */
  service?(fields: Values<F>): string | undefined;
  /** The ports and sockets of this machine on which it listens. */
  listensOn?(fields: Values<F>): readonly string[];
  /** The Unix socket that it makes; empty for none. */
  unixSocket?(fields: Values<F>): string | undefined;
  /** The type of work that submissions name. */
  workType?(fields: Values<F>): string;
  /** Whether nodes that this machine did not start may come to the mesh by it, directly or by what is behind it. */
  letsOthersIn?(fields: Values<F>): boolean;
  /** The files that it names and that a node reads only when work is submitted. */
  namedFiles?(fields: Values<F>): readonly NamedFile[];
  /** What of it this version can't carry out, and what a node does instead; nothing when it can. */
  unsupported?(fields: Values<F>): string | undefined;
  /** Rules over several fields of one action. */
  check?(fields: Values<F>): Conflict | undefined;
}

/** Gives the table of fields its precise type. */
export const action = <F extends FieldTable>(spec: ActionSpec<F>): ActionSpec<F> => spec;
