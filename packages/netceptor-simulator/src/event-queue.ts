/** How many items may be made before groups mix. */
const GROUP_ROOM = 2 ** 32;

/** Something that is to happen at a time that may move. It belongs to one {@link EventQueue}, which alone writes its fields. */
export class QueuedEvent {
  /** When, in milliseconds of the queue's clock; Infinity for never. */
  at = Infinity;
  /** Its place in the queue's heap, -1 when it is not in it. */
  place = -1;
  /** Of two that are due at once the one with the lower number comes first. */
  readonly order: number;
  readonly run: () => void;

  /** Made by {@link EventQueue.make}. */
  constructor(order: number, run: () => void) {
    this.order = order;
    this.run = run;
  }
}

/**
 * What is to happen next: a binary heap in which every item knows its place, so that moving one costs no search. The
 * order of what is due at once is that in which the items were made, so that every run goes alike. It alone writes its
 * fields.
 */
export class EventQueue {
  /** The clock, in milliseconds. */
  readonly now: () => number;
  readonly #moved: () => void;
  readonly #heap: QueuedEvent[] = [];
  #made = 0;
  #groups = 0;

  /** `moved` is called when {@link nextAt} may have become earlier. */
  constructor(now: () => number, moved: () => void = () => undefined) {
    this.now = now;
    this.#moved = moved;
  }

  /** When the next item is due; Infinity when there is none. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** A number for {@link make}. */
  makeGroup(): number {
    return ++this.#groups;
  }

  /** An item that is not yet due at any time. Items of one group that are due at once come one after the other. */
  make(run: () => void, group = 0): QueuedEvent {
    return new QueuedEvent(group * GROUP_ROOM + this.#made++, run);
  }

  /** Makes an item due at `at`, earlier or later than before; Infinity takes it out. */
  set(item: QueuedEvent, at: number): void {
    if (item.at === at) return;
    const heap = this.#heap;
    if (at === Infinity) {
      this.#remove(item);
      return;
    }
    const earlier = at < item.at;
    item.at = at;
    if (item.place < 0) {
      item.place = heap.length;
      heap.push(item);
      this.#rise(item);
    } else if (earlier) this.#rise(item);
    else this.#sink(item);
    if (item.place === 0) this.#moved();
  }

  /** Takes the next item out and runs it. */
  runNext(): void {
    const item = this.#heap[0];
    if (item === undefined) return;
    this.#remove(item);
    item.run();
  }

  #remove(item: QueuedEvent): void {
    item.at = Infinity;
    if (item.place < 0) return;
    const last = this.#heap.pop();
    if (last !== undefined && last !== item) {
      this.#put(last, item.place);
      this.#rise(last);
      this.#sink(last);
    }
    item.place = -1;
  }

  #put(item: QueuedEvent, place: number): void {
    this.#heap[place] = item;
    item.place = place;
  }

  #rise(item: QueuedEvent): void {
    let place = item.place;
    while (place > 0) {
      const above = this.#heap[(place - 1) >> 1];
      if (above === undefined || !isBefore(item, above)) break;
      const next = above.place;
      this.#put(above, place);
      place = next;
    }
    this.#put(item, place);
  }

  #sink(item: QueuedEvent): void {
    let place = item.place;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      if (left === undefined) break;
      const right = this.#heap[2 * place + 2];
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, item)) break;
      const next = child.place;
      this.#put(child, place);
      place = next;
    }
    this.#put(item, place);
  }
}

const isBefore = (a: QueuedEvent, b: QueuedEvent): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);
