import { certificateActions } from './actions/certificates.js';
import { linkActions } from './actions/links.js';
import { nodeActions } from './actions/node.js';
import { observabilityActions } from './actions/observability.js';
import { serviceActions } from './actions/services.js';
import type { ActionSpec, FieldTable, Values } from './actions/spec.js';
import { tlsActions } from './actions/tls.js';
import { workActions } from './actions/work.js';
import type { Origin } from './file/items.js';

/** The actions by what they are about, in the order of the help text. */
export const areas = [
  { title: 'The node', actions: nodeActions },
  { title: 'TLS', actions: tlsActions },
  { title: 'Links to other nodes', actions: linkActions },
  { title: 'Services on the mesh', actions: serviceActions },
  { title: 'Work', actions: workActions },
  { title: 'Observability', actions: observabilityActions },
  { title: 'Certificates', actions: certificateActions },
] as const;

/**
 * The actions of a node, with the names, fields and defaults of the original; docs/configuration.md is made from them.
 */
export const actions = {
  ...nodeActions,
  ...tlsActions,
  ...linkActions,
  ...serviceActions,
  ...workActions,
  ...observabilityActions,
  ...certificateActions,
} as const;

/** Name of an action. */
export type ActionName = keyof typeof actions;

/** The names of all actions. */
export const actionNames = Object.keys(actions) as readonly ActionName[];

/** Whether there is an action of this name, written in lower case. */
export const isActionName = (name: string): name is ActionName => Object.hasOwn(actions, name);

/** An action's line of the table where it does not matter which one it is. */
export const specOf = (name: ActionName): ActionSpec<FieldTable> => actions[name];

/** The fields of one action as they are after validation; optional ones without a default may be undefined. */
export type Fields<N extends ActionName> = Values<(typeof actions)[N]['fields']>;

/** One validated action, distinguished by `action`. */
export type Action = {
  [N in ActionName]: {
    readonly action: N;
    readonly fields: Fields<N>;
    /** Where it was written. */
    readonly origin: Origin;
  };
}[ActionName];

/** The fields of all actions of one name, in their order. */
export function fieldsOf<N extends ActionName>(from: readonly Action[], name: N): Fields<N>[] {
  return from.flatMap((each) => (each.action === name ? [each.fields as Fields<N>] : []));
}
