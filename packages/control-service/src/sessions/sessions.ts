import { SharedPlaces, type Origin } from '@receptorjs/quotas';
import type { Duplex } from 'node:stream';

/** How many connections a control service has at once. */
export interface SessionBounds {
  /** Over all origins. */
  readonly total: number;
  /** Milliseconds a client may take for its first request. */
  readonly firstRequestMs: number;
}

/** Milliseconds for which a connection that has been answered keeps its place for the next request when places are short. */
const REST_MS = 5_000;
/** The same for one whose stdin does not come: its unit fails when it gives way. */
const STDIN_REST_MS = 30_000;
/** Puts those that have asked for nothing before all others; of them the oldest gives way first. */
const NEVER_ASKED_MS = 1e12;

/** The place of one connection among those of a service. */
export interface SessionPlace {
  /** The connection waits for its next request. */
  waits(): void;
  /** It waits for stdin of its submission; to be noted again with each piece that comes. */
  waitsForStdin(): void;
  /** It is answered: it does not give way meanwhile. */
  hasRequest(): void;
}

/**
 * The open connections of a control service. No origin but the local socket has more than three quarters of what is not
 * reserved for the local socket, which is a sixteenth. Where a place is missing, a connection gives way whose client has been silent,
 * see {@link SharedPlaces}. It alone writes its fields.
 */
export class Sessions {
  readonly #places: SharedPlaces;
  readonly #firstRequestMs: number;
  /** Each with what gives its place back. */
  readonly #open = new Map<Duplex, () => void>();

  constructor({ total, firstRequestMs }: SessionBounds) {
    const reserved = Math.floor(total / 16);
    const perOrigin = Math.max(1, Math.floor(((total - reserved) * 3) / 4));
    this.#places = new SharedPlaces({ total, perOrigin, reserved });
    this.#firstRequestMs = firstRequestMs;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Takes a connection in until it is closed; undefined when there is no place for it. */
  admit(stream: Duplex, origin: Origin): SessionPlace | undefined {
    let waits: { readonly since: number; readonly restMs: number } | undefined;
    let hasAsked = false;
    const answer = this.#places.take(origin, {
      idleSince: () => {
        if (waits === undefined) return undefined;
        if (!hasAsked) return waits.since - NEVER_ASKED_MS;
        return performance.now() - waits.since < waits.restMs ? undefined : waits.since;
      },
      giveWay: () => stream.destroy(),
    });
    if ('refused' in answer) return undefined;
    const firstRequest = setTimeout(() => stream.destroy(), this.#firstRequestMs).unref();
    const wait = (restMs: number) => (): void => {
      waits = { since: performance.now(), restMs };
    };
    const place: SessionPlace = {
      waits: wait(REST_MS),
      waitsForStdin: wait(STDIN_REST_MS),
      hasRequest: () => {
        waits = undefined;
        hasAsked = true;
        clearTimeout(firstRequest);
      },
    };
    place.waits();
    this.#open.set(stream, () => {
      clearTimeout(firstRequest);
      answer.leave();
    });
    stream.once('close', () => this.end(stream));
    return place;
  }

  /** Forgets a connection; nothing happens to it. */
  end(stream: Duplex): void {
    this.#open.get(stream)?.();
    this.#open.delete(stream);
  }

  close(): void {
    for (const stream of this.#open.keys()) stream.destroy();
  }
}
