import { SharedQuota, type Origin } from '@receptorjs/quotas';
import type { Duplex } from 'node:stream';

/** How many connections a control service has at once. */
export interface SessionBounds {
  /** Over all origins. */
  readonly total: number;
  /** Milliseconds a client may take for its first request. */
  readonly firstRequestMs: number;
}

/** Milliseconds for which a connection that has answered a request keeps its place for the next one when places are short. */
const restMs = 5_000;

/** One connection and what it is about; written by {@link Sessions} and by the methods of its {@link SessionPlace}. */
interface Session {
  readonly stream: Duplex;
  readonly origin: Origin;
  /** When it began to wait for a request, in milliseconds; undefined while it answers one. */
  waitsSince: number | undefined;
  /** Present until the first request is there. */
  firstRequest: NodeJS.Timeout | undefined;
}

/** The place of one connection among those of a service. */
export interface SessionPlace {
  /** The connection waits for its next request. */
  waits(): void;
  /** A request is there. */
  hasRequest(): void;
}

/**
 * The open connections of a control service. No origin but the local socket has more than three quarters of what is not
 * reserved for the local socket, which is a sixteenth. Where a place is missing, the connection gives way that has been silent
 * longest, of the origin that has its share, or of the one that has most. It alone writes its fields.
 */
export class Sessions {
  readonly #quota: SharedQuota;
  readonly #firstRequestMs: number;
  /** Oldest first. */
  readonly #open = new Map<Duplex, Session>();

  constructor({ total, firstRequestMs }: SessionBounds) {
    const reserved = Math.floor(total / 16);
    const perOrigin = Math.max(1, Math.floor(((total - reserved) * 3) / 4));
    this.#quota = new SharedQuota({ total, perOrigin, reserved });
    this.#firstRequestMs = firstRequestMs;
  }

  /** Takes a connection in until it is closed; undefined when there is no place for it. */
  admit(stream: Duplex, origin: Origin): SessionPlace | undefined {
    let answer = this.#quota.take(origin);
    if (answer !== 'taken') {
      this.#giveWay(answer === 'origin-full' ? origin.key : this.#largest())?.destroy();
      answer = this.#quota.take(origin);
    }
    if (answer !== 'taken') return undefined;
    const session: Session = {
      stream,
      origin,
      waitsSince: performance.now(),
      firstRequest: setTimeout(() => stream.destroy(), this.#firstRequestMs).unref(),
    };
    this.#open.set(stream, session);
    stream.once('close', () => this.end(stream));
    return {
      waits: () => {
        session.waitsSince = performance.now();
      },
      hasRequest: () => {
        session.waitsSince = undefined;
        clearTimeout(session.firstRequest);
        session.firstRequest = undefined;
      },
    };
  }

  /** Forgets a connection; nothing happens to it. */
  end(stream: Duplex): void {
    const session = this.#open.get(stream);
    if (session === undefined) return;
    this.#open.delete(stream);
    clearTimeout(session.firstRequest);
    this.#quota.give(session.origin);
  }

  close(): void {
    for (const stream of this.#open.keys()) stream.destroy();
  }

  /** Makes room by the connection of an origin that has been silent longest, if there is one. */
  #giveWay(key: string | undefined): Duplex | undefined {
    let chosen: Session | undefined;
    for (const session of this.#open.values()) {
      if (session.origin.key !== key || session.waitsSince === undefined) continue;
      // those that never asked for anything are in the order of their age
      if (session.firstRequest !== undefined) {
        chosen = session;
        break;
      }
      if (performance.now() - session.waitsSince < restMs) continue;
      if (session.waitsSince < (chosen?.waitsSince ?? Infinity)) chosen = session;
    }
    if (chosen !== undefined) this.end(chosen.stream);
    return chosen?.stream;
  }

  /** The origin with the most connections. */
  #largest(): string | undefined {
    let largest: string | undefined;
    let most = 0;
    const counts = new Map<string, number>();
    for (const { origin } of this.#open.values()) {
      const count = (counts.get(origin.key) ?? 0) + 1;
      counts.set(origin.key, count);
      if (count > most) [largest, most] = [origin.key, count];
    }
    return largest;
  }
}
