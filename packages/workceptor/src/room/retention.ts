import { LoopTurns } from '@receptorjs/bounded-json';
import { isFinal } from '@receptorjs/control-protocol';
import { errorText, type Logger } from '@receptorjs/primitives';
import { statSync } from 'node:fs';
import { statusFileName } from '../store/status-file.js';
import type { UnitRecord } from '../store/unit-record.js';
import type { Outcome, Unit } from '../unit.js';
import { mebibytes } from './mebibytes.js';

/** Milliseconds between sweeps, at most and at least. */
const SWEEP_MS = 60_000;
const MIN_SWEEP_MS = 1_000;

/**
 * Milliseconds that a unit stays after its end whatever the number and size of units, so that its results can be asked for, also by a node that
 * has submitted it and is out of reach for a moment.
 */
const GRACE_MS = 600_000;

/** Releases at once, and of remote units in one sweep: these wait for other nodes, up to some seconds each. */
const AT_ONCE = 8;
const MAX_REMOTE = 64;

/** Milliseconds until a release that went wrong is tried again. */
const AGAIN_MS = 3_600_000;

/** Which units that have ended are kept. What is left out keeps all. */
export interface RetentionLimits {
  /** Milliseconds after their end. */
  readonly maxAgeMs?: number | undefined;
  /** How many. */
  readonly maxCount?: number | undefined;
  /** Bytes on disk of all of them together. */
  readonly maxBytes?: number | undefined;
}

/** What a retention does its work with. */
export interface RetentionOptions {
  readonly units: () => Unit[];
  /** Bytes on disk of a unit. */
  readonly bytesOf: (record: UnitRecord) => number;
  /** Whether somebody reads the results of a unit. */
  readonly isRead: (unitId: string) => boolean;
  readonly release: (unit: Unit) => Promise<Outcome>;
  readonly log: Logger;
}

interface Ended {
  readonly unit: Unit;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What came of a sweep. */
class Sweep {
  #released = 0;
  #bytes = 0;
  #pending = 0;
  #failed = 0;
  #failure = '';

  constructor(private readonly first: Ended | undefined) {}

  add(outcome: Outcome, bytes: number): void {
    if (outcome === 'pending') this.#pending += 1;
    else {
      this.#released += 1;
      this.#bytes += bytes;
    }
  }

  fail(unit: Unit, error: unknown): void {
    this.#failed += 1;
    this.#failure = `[${unit.record.id}] ${errorText(error)}`;
  }

  /** One line, however many units there were. */
  write(log: Logger): void {
    const oldest = this.first === undefined ? '' : new Date(this.first.at).toISOString();
    if (this.#released + this.#pending > 0) {
      const waiting =
        this.#pending === 0 ? '' : `; ${this.#pending} more when their nodes can be reached`;
      log.info(
        `Retention released ${this.#released} units that had ended, the first at ${oldest}: ${mebibytes(this.#bytes)} MiB${waiting}`,
      );
    }
    if (this.#failed > 0) {
      log.warning(
        `Retention could not release ${this.#failed} units, and tries again in an hour: ${this.#failure}`,
      );
    }
  }
}

/**
 * Releases units that have ended, the oldest first: those that are too old, too many, or too large together. Left alone are those
 * whose results are being read, and those of which another node has yet to be told something. It alone writes its fields.
 */
export class Retention {
  /** When units have ended, as far as it was looked up. */
  readonly #ends = new WeakMap<UnitRecord, number>();
  /** Until when those are left alone whose release went wrong. */
  readonly #failed = new WeakMap<UnitRecord, number>();
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly limits: RetentionLimits,
    private readonly options: RetentionOptions,
  ) {
    const { maxAgeMs = Infinity } = limits;
    const interval = Math.max(MIN_SWEEP_MS, Math.min(SWEEP_MS, maxAgeMs / 2));
    this.#timer = setInterval(() => void this.sweep(), interval).unref();
  }

  /** Looks for what is to be released, and releases it; one sweep at a time. Never rejects. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep()
      .catch((error: unknown) => {
        this.options.log.error(`Retention: ${errorText(error)}`);
      })
      .finally(() => (this.#sweeping = undefined));
    return this.#sweeping;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #sweep(): Promise<void> {
    const ended = await this.#ended();
    const due = localFirst(this.#tooMany(ended));
    const sweep = new Sweep(due[0]);
    const turns = new LoopTurns();
    const work = async (): Promise<void> => {
      for (let next = due.shift(); next !== undefined; next = due.shift()) {
        if (this.#closed) return;
        await this.#release(next.unit, sweep);
        await turns.due();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    sweep.write(this.options.log);
  }

  async #release(unit: Unit, sweep: Sweep): Promise<void> {
    // asked anew: a sweep may take a while
    if (!this.#isFree(unit)) return;
    const bytes = this.options.bytesOf(unit.record);
    try {
      sweep.add(await this.options.release(unit), bytes);
    } catch (error) {
      this.#failed.set(unit.record, Date.now() + AGAIN_MS);
      sweep.fail(unit, error);
    }
  }

  /** All that have ended, the oldest first. */
  async #ended(): Promise<Ended[]> {
    const turns = new LoopTurns();
    const ended: Ended[] = [];
    for (const unit of this.options.units()) {
      const { record } = unit;
      // one whose status can't be read may be running
      if (!isFinal(record.status.state) || record.status.workType === '') continue;
      ended.push({ unit, at: this.#endOf(record) });
      await turns.due();
    }
    return ended.sort((a, b) => a.at - b.at);
  }

  /** When a unit has ended: when its last status was written. */
  #endOf(record: UnitRecord): number {
    const known = this.#ends.get(record);
    if (known !== undefined) return known;
    const file = statSync(record.path(statusFileName), { throwIfNoEntry: false });
    const at = file?.mtimeMs ?? Date.now();
    this.#ends.set(record, at);
    return at;
  }

  /** Those that are to go, the oldest first. What can't go now counts, but nothing else goes for it. */
  #tooMany(ended: readonly Ended[]): Ended[] {
    const { maxAgeMs = Infinity, maxCount = Infinity, maxBytes = Infinity } = this.limits;
    const now = Date.now();
    const grace = Math.min(GRACE_MS, maxAgeMs);
    let count = ended.length;
    let bytes = 0;
    if (maxBytes !== Infinity) {
      for (const { unit } of ended) bytes += this.options.bytesOf(unit.record);
    }
    const due: Ended[] = [];
    for (const each of ended) {
      const isOld = now - each.at > maxAgeMs;
      if (!isOld && count <= maxCount && bytes <= maxBytes) break;
      count -= 1;
      if (maxBytes !== Infinity) bytes -= this.options.bytesOf(each.unit.record);
      if (now - each.at > grace && this.#isFree(each.unit)) due.push(each);
    }
    return due;
  }

  #isFree({ record, unsettled = false }: Unit): boolean {
    return (
      !record.released &&
      !unsettled &&
      !this.options.isRead(record.id) &&
      (this.#failed.get(record) ?? 0) <= Date.now()
    );
  }
}

/** Those that ran here, then the oldest of those that other nodes have yet to be told of. */
function localFirst(due: readonly Ended[]): Ended[] {
  const isRemote = ({ unit }: Ended): boolean => unit.ranOn !== undefined;
  return [...due.filter((each) => !isRemote(each)), ...due.filter(isRemote).slice(0, MAX_REMOTE)];
}
