import { describeAction, factsOf, type Action } from '@receptorjs/receptor-config';
import { place } from '@receptorjs/receptor-config/internal';

/** The refusal of a work type of a kind that this version has not; it begins with the original's words. */
export const unknownKind = (workType: string): string =>
  `unknown work type ${workType}: work-python is not supported by this version`;

/**
 * What of a configuration this version can't carry out, and what it does instead: one sentence each, with the place. Such work is
 * refused, never run without what it asks for.
 */
export function unsupportedIn(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => {
    const { unsupported } = factsOf(action);
    return unsupported === undefined
      ? []
      : [`${describeAction(action)}: ${unsupported}${place(action.origin)}`];
  });
}
