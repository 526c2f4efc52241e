import { specOf } from './actions.js';
import type { Action } from './actions.js';

/**
 * An action in a few words, for plans and logs: its name and what tells it from others of that name, as in
 * `tcp-peer hop.example.org:2222` or `work-command echo`.
 */
export function describeAction({ action, fields }: Action): string {
  const subject = specOf(action).subject?.(fields);
  return subject ? `${action} ${subject}` : action;
}
