import { ControlError } from '@receptorjs/control-protocol';

/** So many answers in a row that can't be used, and asking again is no use. */
const MAX_IN_A_ROW = 5;

/**
 * Counts what a node does that it must not: one that is cut off in the middle of a line is asked again, one that goes on
 * like that is not asked for ever. It alone writes its fields.
 */
export class ProtocolViolations {
  #inARow = 0;

  /** The node has done as it should. */
  reset(): void {
    this.#inARow = 0;
  }

  /** Takes what went wrong; true when that is once too often. Connections that break do not count. */
  isOneTooMany(error: unknown): boolean {
    const counts =
      error instanceof ControlError &&
      (error.code === 'protocol' || error.code === 'line-too-long');
    return counts && this.isEmptyTooOften();
  }

  /** The node has ended its output before the end that it reports; true when that is once too often. */
  isEmptyTooOften(): boolean {
    this.#inARow += 1;
    return this.#inARow >= MAX_IN_A_ROW;
  }
}
