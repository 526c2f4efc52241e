import { number, optional, type OptionChecks } from '@receptorjs/validation';

/** What one direction of a link does to messages. The defaults are those of a short cable. */
export interface LinkConditions {
  /** How long a message is under way, in milliseconds; default 1. */
  readonly latencyMs?: number;
  /** Up to so many milliseconds more, by chance for each message; messages still keep their order. Default 0. */
  readonly jitterMs?: number;
  /** Share of messages that get lost, 0 to 1; default 0. */
  readonly loss?: number;
  /** Share of messages that arrive up to twice as late as others and behind later ones, 0 to 1; default 0. */
  readonly reorder?: number;
  /** Share of messages that arrive twice, 0 to 1; default 0. */
  readonly duplicate?: number;
  /** How much passes; what is more waits in a queue, control messages first. Default Infinity. */
  readonly bytesPerSecond?: number;
}

export const linkConditionChecks: OptionChecks<LinkConditions> = {
  latencyMs: optional(number),
  jitterMs: optional(number),
  loss: optional(number),
  reorder: optional(number),
  duplicate: optional(number),
  bytesPerSecond: optional(number),
};

/**
 * Checks conditions.
 *
 * @throws {RangeError} when a number makes no sense
 */
export function checkConditions(conditions: LinkConditions): Required<LinkConditions> {
  const { latencyMs = 1, jitterMs = 0, loss = 0, reorder = 0, duplicate = 0 } = conditions;
  const { bytesPerSecond = Infinity } = conditions;
  for (const [name, value] of Object.entries({ latencyMs, jitterMs })) {
    if (!(value >= 0 && value < Infinity))
      throw new RangeError(`${name} of a link is ${value}; it is a number of 0 or more`);
  }
  for (const [name, value] of Object.entries({ loss, reorder, duplicate })) {
    if (!(value >= 0 && value <= 1))
      throw new RangeError(`${name} of a link is ${value}; it is a share from 0 to 1`);
  }
  if (!(bytesPerSecond > 0))
    throw new RangeError(`bytesPerSecond of a link is ${bytesPerSecond}; it is more than 0`);
  return { latencyMs, jitterMs, loss, reorder, duplicate, bytesPerSecond };
}
