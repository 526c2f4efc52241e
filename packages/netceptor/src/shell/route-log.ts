import type { CoreEvent } from '../core/events.js';
import { LineLimit } from '../core/line-limit.js';
import { oneLine } from '../wire/one-line.js';
import type { Logger } from '@receptorjs/primitives';

/** How many changes of one computation are written one by one; the others are counted. */
const MOST_OF_ONE = 10;
/** How many computations with changes are written. */
const BOUNDS = { burst: 30, perSecond: 1 };

/**
 * Logs what routes have changed: not the whole table, which a large mesh would write again and again. A flood of changes is
 * counted, not written. It alone writes its fields.
 */
export class RouteLog {
  readonly #log: Logger;
  readonly #limit = new LineLimit(BOUNDS);
  readonly #lines: string[] = [];
  #changes = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A route has changed. */
  note(route: Extract<CoreEvent, { type: 'route' }>): void {
    if (this.#log.enabled?.('info') === false) return;
    this.#changes++;
    if (this.#lines.length >= MOST_OF_ONE) return;
    const { nodeId, via } = route;
    const line = via === undefined ? `No route to ${nodeId}` : `Route to ${nodeId} via ${via}`;
    this.#lines.push(oneLine(line));
  }

  /** That was all of one computation. */
  flush(now: number): void {
    const lines = this.#lines.splice(0);
    const changes = this.#changes;
    this.#changes = 0;
    if (changes === 0) return;
    const leftOut = this.#limit.take(now);
    if (leftOut === undefined) return;
    for (const line of lines) this.#log.info(line);
    const more = changes - lines.length;
    if (more > 0) this.#log.info(`and ${more} more routes have changed`);
    if (leftOut > 0)
      this.#log.info(`Routes have changed ${leftOut} times more since the last line`);
  }
}
