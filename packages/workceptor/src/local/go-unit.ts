import type { Logger } from '@receptorjs/primitives';
import { isAlive, type ProcessIdentity } from '@receptorjs/process-table';
import { isFinal, type UnitStatus } from '@receptorjs/control-protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { readStatusFile, statusFileName } from '../store/status-file.js';
import type { StdoutDigests } from '../store/stdout-digest.js';
import type { UnitRecord } from '../store/unit-record.js';
import type { Outcome, Unit } from '../unit.js';
import { findGoRunner } from './go-runner.js';
import { readEnding } from './supervisor-files.js';
import { UnitCourse } from './unit-course.js';
import { endSupervised } from './unit-processes.js';

/** Milliseconds between looks at a runner that has stored the end, and how often: it ends at once then. */
const GOING_MS = 20;
const GOING_LOOKS = 50;

/** What a unit of a daemon of the original needs to know besides its record. */
export interface GoUnitOptions {
  /** Milliseconds between SIGTERM and SIGKILL at cancel. */
  readonly graceMs: number;
  readonly digests: StdoutDigests;
  readonly log: Logger;
  /** Whether everybody who may see the status may see the last output. */
  readonly showsOutput: boolean;
  /** Releases the unit: a release that an earlier daemon had begun goes on. */
  readonly onReleased: () => Promise<unknown>;
}

/**
 * A unit that a daemon of the original has started in the same data directory, and that still runs under a process of it.
 * That process writes the status file, in place and several times a second; here it is only read until that process is gone.
 */
export class GoUnit implements Unit {
  readonly #course: UnitCourse;
  /** Written by `recover` only. */
  #runner: ProcessIdentity | undefined;
  /** Whether a runner that has stored the end is waited for. */
  #isGoing = false;

  constructor(
    readonly record: UnitRecord,
    private readonly options: GoUnitOptions,
  ) {
    this.#course = new UnitCourse(record, options, {
      changed: (name) => {
        if (name === undefined || name === statusFileName) this.#observe();
      },
      look: () => {
        this.#course.inBackground(this.#checkRunner());
      },
      end: async () =>
        this.#runner ? endSupervised(this.#runner, { ...options, unitId: record.id }) : 'none',
    });
  }

  status(): UnitStatus {
    return this.#course.status();
  }

  start(): Promise<string> {
    return Promise.reject(new Error(`work unit ${this.record.id} was started before`));
  }

  async recover(): Promise<void> {
    const course = this.#course;
    this.#runner = await findGoRunner(this.record);
    const ending = readEnding(this.record.dir);
    if (ending !== undefined) {
      course.inBackground(ending === 'cancel' ? this.cancel() : this.options.onReleased());
    } else if (this.#runner) {
      course.follow();
    } else if (!this.#takeEnd()) {
      course.finish({ seen: 'no-supervisor' });
    }
  }

  cancel(): Promise<Outcome> {
    return this.#course.cancel();
  }

  prepareRelease(): Promise<Outcome> {
    return this.#course.prepareRelease();
  }

  detach(): void {
    this.#course.detach();
  }

  /** Shows what the runner has stored. Writing it as well could take a later status of the runner away. */
  #observe(): void {
    const status = this.#read();
    if (!status || this.#course.isEnding) return;
    if (isFinal(status.state)) this.#course.inBackground(this.#awaitRunner());
    else this.record.update({ state: status.state, detail: status.detail }, 'unstored');
  }

  /** What is stored; nothing while it is written. */
  #read(): UnitStatus | undefined {
    try {
      return readStatusFile(this.record.dir);
    } catch {
      return undefined;
    }
  }

  async #awaitRunner(): Promise<void> {
    if (this.#isGoing) return;
    this.#isGoing = true;
    for (let looks = 0; looks < GOING_LOOKS && !this.#course.isOver; looks += 1) {
      await this.#checkRunner();
      await delay(GOING_MS);
    }
    this.#isGoing = false;
  }

  async #checkRunner(): Promise<void> {
    if (this.#runner && (await isAlive(this.#runner))) return;
    if (this.#course.isOver || this.#takeEnd()) return;
    await this.#course.endLost((left) => ({ seen: 'supervisor-gone', left }));
  }

  /** Takes over the end that was stored; not while a cancel decides the outcome. */
  #takeEnd(): boolean {
    const status = this.#read();
    if (!status || !isFinal(status.state)) return false;
    const { state, detail } = status;
    if (!this.#course.isEnding) this.#course.finish({ seen: 'stored-by-original', state, detail });
    return true;
  }
}
