import { place, type Action } from '@receptorjs/receptor-config';

/**
 * A failure of what an action has started, as one sentence for people: what went wrong, where the action stands, and what may
 * be done about it where the error knows.
 */
export function placed(error: unknown, { origin }: Pick<Action, 'origin'>): Error {
  return new Error(`${messageOf(error)}${place(origin)}${hintOf(error)}`, { cause: error });
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hintOf(error: unknown): string {
  const hint = error instanceof Error && 'hint' in error ? error.hint : undefined;
  return typeof hint === 'string' ? ` (${hint})` : '';
}
