import { DomainError } from './domain-error.js';

/** A state machine as data: for each state what each event leads to. What is not there is not allowed. */
export type TransitionTable<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>;

/**
 * Where an event leads to.
 *
 * @param what for people, such as `instance`
 * @throws {DomainError} `no-such-transition`
 */
export function nextState<State extends string, Event extends string>(
  what: string,
  table: TransitionTable<State, Event>,
  state: State,
  event: Event,
): State {
  const next: State | undefined = table[state][event];
  if (next !== undefined) return next;
  const allowed = Object.keys(table[state]).join(', ');
  throw new DomainError(
    'no-such-transition',
    `${what} is ${state}, which ${event} does not change; allowed is ${allowed === '' ? 'nothing any more' : allowed}`,
  );
}
