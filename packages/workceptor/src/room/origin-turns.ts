import type { Origin } from '@receptorjs/quotas';

/** What is counted of a line, and of all lines that come over one link. */
interface Turn {
  /** How many of it run. */
  running: number;
  /** When it began to wait, or had its last turn: the smallest has waited longest. */
  since: number;
}

/** What waits of one origin, the first first. */
interface Line<T> extends Turn {
  readonly waiting: Set<T>;
  /** Places by what waits; empty when they have changed. */
  readonly places: Map<T, number>;
}

/** The lines of the origins that come over one link, or the line of one that comes alone. */
interface Group<T> extends Turn {
  readonly lines: Map<string, Line<T>>;
  waiting: number;
}

/**
 * What waits, by whom it is for. The next one is of those who have least running, and of these of whoever has waited longest for a turn;
 * within one origin it is the first that came. Nodes over one link share the turns of the link, since a neighbor can name any number of
 * them: docs/decisions/0119-room-is-shared-in-turns.md. It alone writes its fields.
 */
export class OriginTurns<T> {
  readonly #groups = new Map<string, Group<T>>();
  readonly #origins = new Map<T, Origin>();
  #clock = 0;

  /** How many wait. */
  get size(): number {
    return this.#origins.size;
  }

  /** Puts one at the end of its origin's line. */
  add(item: T, origin: Origin): void {
    const group = this.#group(origin);
    const line = this.#line(origin);
    if (group.waiting === 0) group.since = ++this.#clock;
    if (line.waiting.size === 0) line.since = ++this.#clock;
    line.waiting.add(item);
    line.places.clear();
    group.waiting += 1;
    this.#origins.set(item, origin);
  }

  /** Takes out the one whose turn it is. It does not run by that: see {@link begin}. */
  next(): T | undefined {
    const group = first(this.#groups.values(), ({ waiting }) => waiting > 0);
    const line = group && first(group.lines.values(), ({ waiting }) => waiting.size > 0);
    const [item] = line?.waiting ?? [];
    if (group === undefined || line === undefined || item === undefined) return undefined;
    group.since = ++this.#clock;
    line.since = ++this.#clock;
    this.remove(item);
    return item;
  }

  /** Takes one out that waits. @returns whether it did */
  remove(item: T): boolean {
    const origin = this.#origins.get(item);
    if (origin === undefined) return false;
    this.#origins.delete(item);
    const line = this.#line(origin);
    line.waiting.delete(item);
    line.places.clear();
    this.#group(origin).waiting -= 1;
    this.#forget(origin);
    return true;
  }

  /** One more of an origin runs, or no longer does. */
  begin(origin: Origin): void {
    this.#count(origin, 1);
  }

  /** See {@link begin}. */
  end(origin: Origin): void {
    this.#count(origin, -1);
  }

  /** The place of one in its origin's line, from 1 on; nothing when it does not wait. */
  placeOf(item: T): number | undefined {
    const origin = this.#origins.get(item);
    if (origin === undefined) return undefined;
    const { waiting, places } = this.#line(origin);
    if (places.size === 0) {
      let place = 0;
      for (const each of waiting) places.set(each, (place += 1));
    }
    return places.get(item);
  }

  /** The first of an origin's line, so many at most. */
  *firstOf(origin: Origin, most: number): Generator<T, void> {
    let left = most;
    for (const item of this.#groups.get(groupKey(origin))?.lines.get(origin.key)?.waiting ?? []) {
      if (left === 0) return;
      left -= 1;
      yield item;
    }
  }

  #count(origin: Origin, change: number): void {
    this.#group(origin).running += change;
    this.#line(origin).running += change;
    this.#forget(origin);
  }

  #group(origin: Origin): Group<T> {
    const key = groupKey(origin);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { running: 0, since: 0, lines: new Map(), waiting: 0 };
      this.#groups.set(key, group);
    }
    return group;
  }

  #line(origin: Origin): Line<T> {
    const { lines } = this.#group(origin);
    let line = lines.get(origin.key);
    if (line === undefined) {
      line = { running: 0, since: 0, waiting: new Set(), places: new Map() };
      lines.set(origin.key, line);
    }
    return line;
  }

  #forget(origin: Origin): void {
    const { lines } = this.#group(origin);
    const { waiting, running } = this.#line(origin);
    if (waiting.size === 0 && running === 0) lines.delete(origin.key);
    if (lines.size === 0) this.#groups.delete(groupKey(origin));
  }
}

const groupKey = ({ link, key }: Origin): string => link ?? key;

function first<T extends Turn>(turns: Iterable<T>, waits: (turn: T) => boolean): T | undefined {
  let best: T | undefined;
  for (const turn of turns) {
    if (!waits(turn)) continue;
    const isBefore =
      best === undefined ||
      turn.running < best.running ||
      (turn.running === best.running && turn.since < best.since);
    if (isBefore) best = turn;
  }
  return best;
}
