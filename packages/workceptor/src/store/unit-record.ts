import { errorText, onAbort, point, type Logger } from '@receptorjs/primitives';
import { isFinal, type UnitStatus } from '@receptorjs/control-protocol';
import { join } from 'node:path';
import { isMissing } from '../errors.js';
import {
  createStatusFile,
  createStatusLock,
  flushStatusFile,
  writeStatusFile,
} from './status-file.js';
import type { UnitMemory } from '../unit-memory.js';
import { transition, type UnitChange } from '../unit-transition.js';

/** Milliseconds until a passing change is written, and until a write that failed is tried again. */
const SOON_MS = 200;
const AGAIN_MS = 1_000;

/** Milliseconds in which growth of stdout is gathered: what comes in many small pieces is read, and sent, in few. */
const GROWTH_MS = 2;

/** Milliseconds until a new unit is flushed when nobody waits for it and nothing else is stored: most often what follows is flushed with it. */
const GATHER_MS = 50;

/**
 * The state of one unit and the only writer of its status file. A change on which recovery relies is written before
 * anyone hears of it; one that passes, and that recovery finds out without it, is written a moment later, with whatever
 * has changed until then. A caller that waits for a change compares {@link UnitRecord.revision}, so that no change is missed between a look and a wait.
 *
 * See docs/decisions/0020-status-files-are-replaced.md.
 */
export class UnitRecord {
  /** Written by `update` only. */
  #status: UnitStatus;
  /** Counts changes of status, stdout and existence; written by `#wakeReaders` only. */
  #revision = 0;
  /** The same without the growth of stdout; written by `touch` only. */
  #statusRevision = 0;
  /** Written by `markReleased` only. */
  #released = false;
  /** Written by `retire` only. */
  #retired = false;
  /** Present while a passing change is to be written. */
  #laterWrite: NodeJS.Timeout | undefined;
  /** Why the last write failed; written by `write` only. */
  #failure: string | undefined;
  readonly #waiting = new Set<() => void>();
  /** Those who wait for more than growth of stdout. */
  readonly #waitingForStatus = new Set<() => void>();
  /** What is to be flushed to the disk is flushed when it resolves; written by `#flush` only. */
  #flushing: Promise<void> = Promise.resolve();
  /** Whether the folder itself has yet to be flushed; written by `create` and `#flush` only. */
  #isNew = false;
  /** Whether a flush stands in line that has not begun; written by `#flush` only. */
  #flushWaits = false;
  /** Present while a new unit is not flushed yet; written by `create` and `#flush` only. */
  #firstFlush: NodeJS.Timeout | undefined;
  /** Present while growth of stdout is gathered; written by `grow` and `#wakeReaders` only. */
  #growth: NodeJS.Timeout | undefined;
  /** Hears of each change; written by `onTouch` only. */
  #observer: (() => void) | undefined;

  constructor(
    readonly id: string,
    /** The unit's folder. */
    readonly dir: string,
    status: UnitStatus,
    private readonly log: Logger,
    /** Counts how much the status holds. */
    private readonly memory?: UnitMemory,
  ) {
    this.#status = status;
  }

  /** The status as last written; the size of stdout may have grown since. */
  get status(): UnitStatus {
    return this.#status;
  }

  /** Grows with each change of the status, and of stdout; for {@link UnitRecord.changed}. */
  get revision(): number {
    return this.#revision;
  }

  /** Grows with each change of the status; for {@link UnitRecord.statusChanged}. */
  get statusRevision(): number {
    return this.#statusRevision;
  }

  /** Whether the unit's folder is gone for good. */
  get released(): boolean {
    return this.#released;
  }

  /** Who hears of each change from now on, and nobody else does: the units of the node. */
  onTouch(observer: () => void): void {
    this.#observer = observer;
  }

  /** Path of a file in the unit's folder. */
  path(name: string): string {
    return join(this.dir, name);
  }

  /** Writes the first status of a new unit. */
  create(): void {
    createStatusLock(this.dir);
    createStatusFile(this.dir, this.#status);
    this.#isNew = true;
    this.#firstFlush = setTimeout(() => {
      this.#flush();
    }, GATHER_MS).unref();
  }

  /** Resolves once all that recovery relies on would outlast a power cut: what `create` and `update` have written, unless it was `soon`. Never rejects. */
  flushed(): Promise<void> {
    if (this.#firstFlush) this.#flush();
    return this.#flushing;
  }

  /**
   * Applies a change by the rules of the state machine, stores the result, then wakes all callers that wait.
   *
   * A write that fails is tried again until it succeeds.
   *
   * @param when `soon` for a change that may be lost when the daemon is killed, `unstored` for one that is for those who ask now
   * @returns whether the change is stored
   */
  update(change: UnitChange, when: 'now' | 'soon' | 'unstored' = 'now'): boolean {
    const next = transition(this.#status, change);
    if (next === this.#status || this.#released || this.#retired) return true;
    this.#status = next;
    this.memory?.hold(this.id, next);
    const stored = when === 'now' && this.#write();
    if (stored) this.#flush();
    if (isFinal(next.state)) point('end-stored');
    if (when === 'soon') this.#writeIn(SOON_MS);
    this.touch();
    return stored;
  }

  /** Wakes all callers that wait: something about the unit changed. */
  touch(): void {
    this.#statusRevision += 1;
    this.#wakeReaders();
    wakeAll(this.#waitingForStatus);
  }

  /** Wakes the callers that wait for stdout in a moment, or with the next change: perhaps it has grown, and nothing else has changed. */
  grow(): void {
    this.#growth ??= setTimeout(() => {
      this.#wakeReaders();
    }, GROWTH_MS);
  }

  #wakeReaders(): void {
    clearTimeout(this.#growth);
    this.#growth = undefined;
    this.#revision += 1;
    this.#observer?.();
    wakeAll(this.#waiting);
  }

  /** The daemon lets go of the unit: nothing is written from now on, whatever comes late. */
  retire(): void {
    if (this.#laterWrite) this.#write();
    clearTimeout(this.#laterWrite);
    this.#retired = true;
  }

  /** The unit has been released: its folder is gone or on its way out. */
  markReleased(): void {
    clearTimeout(this.#laterWrite);
    this.#released = true;
    this.memory?.release(this.id);
    this.touch();
  }

  /** Resolves once the revision is no longer `seen`, or when the signal fires. Never rejects. */
  changed(seen: number, signal?: AbortSignal): Promise<void> {
    if (this.#revision !== seen || signal?.aborted) return Promise.resolve();
    return woken(this.#waiting, signal);
  }

  /** The same for the revision of the status. */
  statusChanged(seen: number, signal?: AbortSignal): Promise<void> {
    if (this.#statusRevision !== seen || signal?.aborted) return Promise.resolve();
    return woken(this.#waitingForStatus, signal);
  }

  /** In the background, one at a time: what is written while a flush waits is flushed by it. */
  #flush(): void {
    clearTimeout(this.#firstFlush);
    this.#firstFlush = undefined;
    if (this.#flushWaits) return;
    this.#flushWaits = true;
    this.#flushing = this.#flushing.then(() => {
      this.#flushWaits = false;
      const isNew = this.#isNew;
      this.#isNew = false;
      return this.#released ? undefined : flushStatusFile(this.dir, isNew);
    });
  }

  #write(): boolean {
    clearTimeout(this.#laterWrite);
    this.#laterWrite = undefined;
    try {
      writeStatusFile(this.dir, this.#status);
      this.#failure = undefined;
      return true;
    } catch (error) {
      const why = errorText(error);
      // it is tried each second
      if (why !== this.#failure) this.log.error(`[${this.id}] could not write its status: ${why}`);
      this.#failure = why;
      // without its folder the unit is on its way out
      if (!isMissing(error)) this.#writeIn(AGAIN_MS);
      return false;
    }
  }

  #writeIn(ms: number): void {
    this.#laterWrite ??= setTimeout(() => this.#write(), ms).unref();
  }
}

function woken(waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      stopListening();
      resolve();
    };
    const stopListening = onAbort(signal, () => {
      waiting.delete(wake);
      resolve();
    });
    waiting.add(wake);
  });
}

function wakeAll(waiting: Set<() => void>): void {
  if (waiting.size === 0) return;
  const all = [...waiting];
  waiting.clear();
  for (const wake of all) wake();
}
