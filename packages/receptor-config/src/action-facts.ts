import { specOf } from './actions.js';
import type { Action } from './actions.js';
import type { NamedFile } from './actions/spec.js';

/** What the table of actions says of one action of a configuration. */
export interface ActionFacts {
  /** Done without a node, as `version` is. */
  readonly standsAlone: boolean;
  /** The mesh service that it offers under a name of its own; empty or undefined for none. */
  readonly service: string | undefined;
  /** The type of work that submissions name; undefined when it is about none. */
  readonly workType: string | undefined;
  /** The Unix socket that it makes; empty or undefined for none. */
  readonly unixSocket: string | undefined;
  /** The ports and sockets of this machine on which it listens. */
  readonly listensOn: readonly string[];
  /** Whether nodes that this machine did not start may come to the mesh by it, directly or by what is behind it. */
  readonly letsOthersIn: boolean;
  /** The files that it names and that a node reads only when work is submitted. */
  readonly namedFiles: readonly NamedFile[];
  /** What of it this version can't carry out, and what a node does instead; undefined when it can. */
  readonly unsupported: string | undefined;
}

/** What the table of actions says of one action, so that no program has a list of actions of its own. */
export function factsOf({ action, fields }: Action): ActionFacts {
  const spec = specOf(action);
  return {
    standsAlone: spec.exclusive ?? false,
    service: spec.service?.(fields),
    workType: spec.workType?.(fields),
    unixSocket: spec.unixSocket?.(fields),
    listensOn: spec.listensOn?.(fields) ?? [],
    letsOthersIn: spec.letsOthersIn?.(fields) ?? false,
    namedFiles: spec.namedFiles?.(fields) ?? [],
    unsupported: spec.unsupported?.(fields),
  };
}

/**
 * An action in a few words, for plans and logs: its name and what distinguishes it from others of that name, as in
 * `tcp-peer hop.example.org:2222` or `work-command echo`.
 */
export function describeAction({ action, fields }: Action): string {
  const subject = specOf(action).subject?.(fields);
  return subject ? `${action} ${subject}` : action;
}
