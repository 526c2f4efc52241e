import {
  encodeJson,
  stateName,
  unitEventReply,
  type UnitEvent,
} from '@receptorjs/control-protocol';
import { print, printNotice } from '../output/terminal.js';
import type { Session } from '../session.js';
import { Interruption } from './interruption.js';
import { remoteError } from './remote-error.js';
import { unitEventsOrPoll } from './unit-events.js';
import type { WatchOptions } from './watch-options.js';

/**
 * Prints the state of all units, or of some, and then each change for ever, over restarts of the node too, which are said on stderr.
 *
 * @throws {Failure} when the node refuses
 */
export async function watchAll(
  session: Session,
  unitIds: readonly string[],
  { after, json }: WatchOptions,
): Promise<void> {
  const interruption = new Interruption(() => undefined);
  const client = await session.connect();
  const news = new News();
  try {
    await remoteError('', async () => {
      const events = unitEventsOrPoll(client, {
        after,
        unitIds: unitIds.length > 0 ? unitIds : undefined,
        signal: interruption.signal,
        lostTimeoutMs: session.givenTimeoutMs ?? Number.POSITIVE_INFINITY,
        onDisconnect: ({ message }) => {
          news.disconnected();
          printNotice(`The node can't be reached (${message}); it is tried again`);
        },
      });
      for await (const event of events) {
        const { lines, notice } = news.of(event);
        if (notice !== undefined) printNotice(notice);
        for (const line of json ? [encodeJson(unitEventReply(event))] : lines) print(line);
      }
    });
  } finally {
    client.close();
  }
  // a signal that has come ends the program here
  interruption.end();
}

/** What is new to who has read all lines before. It alone writes its fields. */
export class News {
  /** What was printed of each unit. */
  #shown = new Map<string, string>();
  /** Units that have not been told since the last reset; nothing while no list is under way. */
  #missing: Set<string> | undefined;
  #isDisconnected = false;

  disconnected(): void {
    this.#isDisconnected = true;
  }

  /** The lines that an event is worth, and what is to be said about the connection. */
  of(event: UnitEvent): { readonly lines: readonly string[]; readonly notice?: string } {
    const notice = this.#notice(event);
    return { lines: this.#lines(event), ...(notice === undefined ? {} : { notice }) };
  }

  #notice({ type }: UnitEvent): string | undefined {
    if (!this.#isDisconnected) return undefined;
    this.#isDisconnected = false;
    if (type === 'resumed') return 'Connected again; nothing was missed';
    if (type !== 'reset') return 'Connected again';
    return 'Connected again, to a node that was started anew: what has changed meanwhile follows';
  }

  #lines(event: UnitEvent): readonly string[] {
    switch (event.type) {
      case 'reset':
        this.#missing = new Set(this.#shown.keys());
        return [];
      case 'listed': {
        const gone = [...(this.#missing ?? [])];
        this.#missing = undefined;
        return gone.map((unitId) => this.#released(unitId));
      }
      case 'released':
        this.#missing?.delete(event.unitId);
        return [this.#released(event.unitId)];
      case 'unit': {
        const { unitId, status } = event;
        this.#missing?.delete(unitId);
        const line = `${unitId}  ${stateName(status.state)}  ${status.detail}`;
        if (this.#shown.get(unitId) === line) return [];
        this.#shown.set(unitId, line);
        return [line];
      }
      case 'resumed':
        return [];
    }
  }

  #released(unitId: string): string {
    this.#shown.delete(unitId);
    return `${unitId}  Released`;
  }
}
