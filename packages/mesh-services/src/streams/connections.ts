import { errorText, type Logger, onAbort } from '@receptorjs/primitives';
import type { Duplex } from 'node:stream';
import { SharedLines, SharedPlaces, type Origin } from '@receptorjs/quotas';
import { bridge } from './bridge.js';
import { DropLog } from '../drop-log.js';

/** The part of all connections that one address or one node may have; the local socket is not bounded so. */
export const ORIGIN_SHARE = 3 / 4;

/** What one origin may have of `max`. */
export function shareOf(max: number): number {
  return Math.max(1, Math.ceil(max * ORIGIN_SHARE));
}

/** The place of one connection among those of a proxy. */
export interface Place {
  /** Whose it is. */
  readonly origin: Origin;
  /** Written by {@link Connections} only. */
  carriesData: boolean;
}

/**
 * The connections a proxy carries, each from its acceptance to the end of both directions: at most `max`, and of one origin
 * no more than its share, nor over one link of the mesh more than that may have. Where a place is missing, a connection gives way that has not carried a byte, see {@link SharedPlaces}. It alone
 * writes its fields.
 */
export class Connections {
  /** Connections that have a place. */
  readonly #admitted = new Set<Duplex>();
  /** Accepted sides that are carried, each with what resolves when it is over. */
  readonly #open = new Map<Duplex, Promise<void>>();
  readonly #places: SharedPlaces;
  readonly #refused: DropLog;
  readonly #lines = new SharedLines();

  constructor(
    private readonly what: string,
    private readonly max: number,
    private readonly log: Logger,
  ) {
    this.#places = new SharedPlaces({ total: max, perOrigin: shareOf(max) });
    this.#refused = new DropLog(what, log);
  }

  /** Gives a connection its place until it is closed; one for which there is none is closed at once. */
  admit(connection: Duplex, origin: Origin): Place | undefined {
    connection.on('error', () => undefined);
    const since = performance.now();
    const place: Place = { origin, carriesData: false };
    const answer = this.#places.take(origin, {
      idleSince: () => (place.carriesData ? undefined : since),
      giveWay: () => {
        this.#refused.drop('a connection without data gave way to a new one');
        connection.destroy();
      },
    });
    if ('refused' in answer) {
      const open = {
        'origin-full': `${this.#places.heldBy(origin)} of ${origin.key}`,
        'link-full': `as many as may be over the ${origin.link ?? 'link'}`,
        full: String(this.max),
      }[answer.refused];
      this.#refused.drop(`connection refused, ${open} are open`);
      connection.destroy();
      return undefined;
    }
    this.#admitted.add(connection);
    connection.once('close', () => {
      this.#admitted.delete(connection);
      answer.leave();
    });
    return place;
  }

  /**
   * Joins an accepted connection, which has a place, with the one that `dial` opens. When that fails, the accepted side is closed
   * at once; when the accepted side goes away first, the dial is given up.
   */
  carry(accepted: Duplex, place: Place, dial: (signal: AbortSignal) => Promise<Duplex>): void {
    accepted.on('error', () => undefined);
    const over = this.#join(accepted, place, dial).finally(() => this.#open.delete(accepted));
    this.#open.set(accepted, over);
  }

  /** Ends them all and resolves when they have ended. */
  async close(): Promise<void> {
    const all = [...this.#open.values()];
    for (const connection of [...this.#admitted]) connection.destroy();
    for (const accepted of this.#open.keys()) accepted.destroy();
    await Promise.all(all);
  }

  #tell(origin: Origin, text: string): void {
    this.#lines.write(origin, `${this.what}: ${text}`, (line) => {
      this.log.error(line);
    });
  }

  async #join(
    accepted: Duplex,
    place: Place,
    dial: (signal: AbortSignal) => Promise<Duplex>,
  ): Promise<void> {
    const gone = new AbortController();
    accepted.once('close', () => {
      gone.abort();
    });
    if (accepted.destroyed) gone.abort();
    try {
      const dialed = await unlessAborted(dial(gone.signal), gone.signal);
      await bridge(accepted, dialed, () => {
        place.carriesData = true;
      });
    } catch (error) {
      const why = errorText(error);
      if (gone.signal.aborted) this.log.debug(`${this.what}: connection ended: ${why}`);
      else this.#tell(place.origin, `connection failed: ${why}`);
      accepted.destroy();
    }
  }
}

/** What is dialed, unless the signal comes first: then the caller waits for it no more, and what comes late is ended. */
function unlessAborted(dialing: Promise<Duplex>, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    onAbort(signal, () => {
      reject(new Error('the accepted side is gone'));
    });
    dialing.then((dialed) => {
      dialed.on('error', () => undefined);
      if (signal.aborted) dialed.destroy();
      else resolve(dialed);
    }, reject);
  });
}
