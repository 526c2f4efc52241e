import { SharedQuota, type Origin } from '@receptorjs/quotas';
import { WorkError } from '../errors.js';
import { OriginTurns } from './origin-turns.js';
import type { QueueOrder } from './queue-order.js';
import type { UnitRecord } from '../store/unit-record.js';

/** Units of a type that may wait where nothing is said about it. */
export const DEFAULT_MAX_QUEUED = 10_000;

/** The first of a line hear of each change of their place; those behind are asked. */
const TOLD = 8;

/** How many units of one work type there may be. */
export interface QueueLimits {
  /** Units that run at once; others wait for their turn. Default: any number. */
  readonly maxRunning?: number | undefined;
  /** Units that wait, or whose stdin is still to come; further submissions are refused. Default 10,000. */
  readonly maxQueued?: number | undefined;
}

/** How many units of a type there are that have not ended. */
export interface QueueCounts {
  readonly running: number;
  /** With all their stdin, and no place to run. */
  readonly queued: number;
  /** `Infinity` when nothing bounds it. */
  readonly maxRunning: number;
}

/** A unit of a type whose units have turns. */
export interface QueueMember {
  readonly record: Pick<UnitRecord, 'touch'>;
  /** Whom it is counted for. */
  readonly origin: Origin;
  /** Smaller ones came first. */
  readonly order: number;
  /** It has a place, after it was in line. */
  startNow(): void;
}

/**
 * The units of one work type that have not ended: those that run, and those that wait until there is a place, of which origins have
 * their turns. It alone writes its fields.
 */
export class TypeQueue {
  #limits: QueueLimits = {};
  /** Present while the number of units is bounded. */
  #quota: SharedQuota | undefined;
  /** All that have not ended, whatever they wait for. */
  readonly #held = new Set<QueueMember>();
  readonly #running = new Set<QueueMember>();
  readonly #turns = new OriginTurns<QueueMember>();
  /** Found on disk and not in line yet. */
  #found: QueueMember[] = [];
  /** Nothing is started while it is above 0. */
  #pauses = 0;
  /** Whether a look at what can be started is due. */
  #isDue = false;

  /** @param order that of all units of the node */
  constructor(
    private readonly workType: string,
    readonly order: QueueOrder,
  ) {}

  get counts(): QueueCounts {
    const { maxRunning = Infinity } = this.#limits;
    return { running: this.#running.size, queued: this.#turns.size, maxRunning };
  }

  /** Bounds the type from now on. What runs above a new bound goes on. */
  setLimits(limits: QueueLimits = {}): void {
    this.#limits = limits;
    const { maxRunning, maxQueued = DEFAULT_MAX_QUEUED } = limits;
    this.#quota = maxRunning === undefined ? undefined : quotaOf(maxRunning + maxQueued);
    for (const { origin } of this.#held) this.#quota?.hold(origin, 1);
    this.#lookSoon();
  }

  /** Starts nothing until {@link resume}, which is called as often. */
  pause(): void {
    this.#pauses += 1;
  }

  /** Goes on; what was found on disk meanwhile is in line by its order. */
  resume(): void {
    this.#pauses -= 1;
    if (this.#pauses > 0) return;
    const found = this.#found.sort((a, b) => a.order - b.order);
    this.#found = [];
    for (const unit of found) if (this.#held.has(unit)) this.#turns.add(unit, unit.origin);
    this.#lookSoon();
  }

  /**
   * Checks that one more unit may come.
   *
   * @throws {WorkError} `too-many-queued`
   */
  admit(origin: Origin): void {
    const quota = this.#quota;
    const answer = quota?.take(origin);
    if (quota === undefined || answer === undefined) return;
    if (answer === 'taken') {
      quota.give(origin);
      return;
    }
    const { maxRunning = Infinity, maxQueued = DEFAULT_MAX_QUEUED } = this.#limits;
    const { perOrigin, perLink } = quota.bounds;
    const share = {
      full: '',
      'origin-full': `, ${perOrigin} of them from one address or node`,
      'link-full': `, ${perLink} of them from nodes over one link`,
    }[answer];
    throw new WorkError(
      'too-many-queued',
      `work type ${this.workType} takes ${maxRunning} ${maxRunning === 1 ? 'unit that runs' : 'units that run'} and ${maxQueued} that wait (maxrunning, maxqueued)${share}, and there are ${this.#running.size} and ${this.#held.size - this.#running.size}: submit again when some have ended`,
    );
  }

  /** Counts a unit until it is {@link leave left}. */
  hold(unit: QueueMember): void {
    this.#held.add(unit);
    this.#quota?.hold(unit.origin, 1);
  }

  /** A unit that ran when the daemon ended: it has its place whatever the bounds say. */
  goOn(unit: QueueMember): void {
    this.#run(unit);
  }

  /** A unit that waited when the daemon ended. */
  wait(unit: QueueMember): void {
    if (this.#pauses > 0) this.#found.push(unit);
    else this.enter(unit);
  }

  /**
   * Gives a unit a place to run, when one is free and nobody waits for it.
   *
   * @returns false when it has to wait: {@link enter}
   */
  takePlace(unit: QueueMember): boolean {
    const { maxRunning } = this.#limits;
    const isFree = maxRunning === undefined || (this.#hasPlace && this.#turns.size === 0);
    if (!isFree) return false;
    this.#run(unit);
    return true;
  }

  /** Puts a unit in line. It is started when it is its turn. */
  enter(unit: QueueMember): void {
    this.#turns.add(unit, unit.origin);
    this.#lookSoon();
  }

  /** Takes a unit out of the line. @returns whether it was there */
  withdraw(unit: QueueMember): boolean {
    if (!this.#turns.remove(unit)) return false;
    this.#tell(unit.origin);
    return true;
  }

  /** A unit has ended, or is gone. */
  leave(unit: QueueMember): void {
    if (!this.#held.delete(unit)) return;
    this.#quota?.give(unit.origin);
    this.withdraw(unit);
    if (!this.#running.delete(unit)) return;
    this.#turns.end(unit.origin);
    this.#lookSoon();
  }

  /** What a unit waits for, for people; nothing when it is not in line. */
  waitText(unit: QueueMember): string | undefined {
    const place = this.#turns.placeOf(unit);
    if (place === undefined) return undefined;
    const { maxRunning = Infinity } = this.#limits;
    return `Queued at place ${place} of its submitter: ${this.workType} runs ${maxRunning} ${maxRunning === 1 ? 'unit' : 'units'} at once (maxrunning), and submitters take turns`;
  }

  get #hasPlace(): boolean {
    const { maxRunning = Infinity } = this.#limits;
    return this.#pauses === 0 && this.#running.size < maxRunning;
  }

  #run(unit: QueueMember): void {
    this.#running.add(unit);
    this.#turns.begin(unit.origin);
  }

  /** Not within the change of another unit that made the place free. */
  #lookSoon(): void {
    if (this.#isDue || this.#turns.size === 0) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#look();
    });
  }

  #look(): void {
    while (this.#hasPlace) {
      const unit = this.#turns.next();
      if (unit === undefined) return;
      this.#run(unit);
      unit.startNow();
      this.#tell(unit.origin);
    }
  }

  #tell(origin: Origin): void {
    for (const unit of [...this.#turns.firstOf(origin, TOLD)]) unit.record.touch();
  }
}

/** An address or a node has no more than three quarters, and an eighth is for Unix sockets. */
function quotaOf(total: number): SharedQuota {
  return new SharedQuota({
    total,
    perOrigin: Math.ceil((total * 3) / 4),
    reserved: Math.floor(total / 8),
  });
}
