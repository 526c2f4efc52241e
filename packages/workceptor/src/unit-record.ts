import type { UnitStatus } from '@receptorjs/control-client';
import { join } from 'node:path';
import { createStatusLock, writeStatusFile } from './status-file.js';
import { transition, type UnitChange } from './unit-transition.js';

/**
 * The state of one unit and the only writer of its status file. The file is written before anyone hears of a change.
 * Whoever waits for news compares {@link UnitRecord.revision}, so that no change is missed between a look and a wait.
 */
export class UnitRecord {
  /** Written by `update` only. */
  #status: UnitStatus;
  /** Counts changes of status, stdout and existence; written by `touch` only. */
  #revision = 0;
  /** Written by `markReleased` only. */
  #released = false;
  /** Written by `retire` only. */
  #retired = false;
  readonly #waiting = new Set<() => void>();

  constructor(
    readonly id: string,
    /** The unit's folder. */
    readonly dir: string,
    status: UnitStatus,
  ) {
    this.#status = status;
  }

  /** The status as last written; the size of stdout may have grown since. */
  get status(): UnitStatus {
    return this.#status;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Whether the unit's folder is gone for good. */
  get released(): boolean {
    return this.#released;
  }

  /** Path of a file in the unit's folder. */
  path(name: string): string {
    return join(this.dir, name);
  }

  /** Writes the first status of a new unit. */
  create(): void {
    createStatusLock(this.dir);
    writeStatusFile(this.dir, this.#status);
  }

  /** Applies a change by the rules of the state machine, stores the result, then tells everyone who waits. */
  update(change: UnitChange): void {
    const next = transition(this.#status, change);
    if (next === this.#status || this.#released || this.#retired) return;
    writeStatusFile(this.dir, next);
    this.#status = next;
    this.touch();
  }

  /** Wakes everyone who waits: something about the unit changed, perhaps only the length of its stdout. */
  touch(): void {
    this.#revision += 1;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** The daemon lets go of the unit: nothing is written from now on, whatever comes late. */
  retire(): void {
    this.#retired = true;
  }

  markReleased(): void {
    this.#released = true;
    this.touch();
  }

  /** Resolves once the revision is no longer `seen`, or when the signal fires. Never rejects. */
  changed(seen: number, signal?: AbortSignal): Promise<void> {
    if (this.#revision !== seen || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
