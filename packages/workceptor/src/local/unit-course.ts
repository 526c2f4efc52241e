import { errorText, point, type Logger } from '@receptorjs/primitives';
import { isFinal, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { DirectoryWatch } from '../store/directory-watch.js';
import { emptyUnitFile } from '../store/unit-file.js';
import type { StdoutDigests } from '../store/stdout-digest.js';
import type { UnitRecord } from '../store/unit-record.js';
import type { Outcome } from '../unit.js';
import { readLastOutput } from './last-output.js';
import { markEnding, type Ending } from './supervisor-files.js';
import { describeEnd, type ProcessesLeft, type UnitEndFacts } from './unit-end.js';

/** Milliseconds between looks at what the system may not report: that a supervisor, a folder or a command is gone. */
const LOOK_MS = 1_000;

/** What differs between units of this machine. */
export interface CourseSteps {
  /** Something in the folder changed; `undefined` when it is not known what. */
  readonly changed: (name: string | undefined) => void;
  /** Called each second. */
  readonly look: () => void;
  /** The unit is not followed any more. */
  readonly letGo?: () => void;
  /** Ends all processes of the unit, and keeps those from being started that were not yet. */
  readonly end: () => Promise<ProcessesLeft>;
}

/** What a course is made with. */
export interface CourseOptions {
  readonly digests: StdoutDigests;
  readonly log: Logger;
  /** Whether everybody who may see the status may see the last output: not where results need a signature. */
  readonly showsOutput: boolean;
}

/** The way of a unit of this machine to its end, whoever supervises it: it is followed, ended, and said to have ended. */
export class UnitCourse {
  /** Present while the unit's folder is watched. */
  #watch: DirectoryWatch | undefined;
  /** Present while the unit is looked after. */
  #look: NodeJS.Timeout | undefined;
  /** Present while the processes are being ended. */
  #ending: Promise<void> | undefined;
  /** Set by `detach` for good. */
  #detached = false;

  constructor(
    private readonly record: UnitRecord,
    private readonly options: CourseOptions,
    private readonly steps: CourseSteps,
  ) {}

  /** Whether nothing is to be said of the unit's end any more. */
  get isOver(): boolean {
    return this.#detached || isFinal(this.record.status.state);
  }

  /** Whether its processes are being ended, so that this decides the outcome. */
  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** The status with the size that stdout has now. */
  status(): UnitStatus {
    const { status } = this.record;
    return isFinal(status.state) ? status : { ...status, stdoutSize: this.#stdoutSize() };
  }

  /** Watches the folder, and looks at once, in case everything has already happened. */
  follow(): void {
    this.#look = setInterval(() => {
      this.lookNow();
    }, LOOK_MS).unref();
    this.#watch = new DirectoryWatch(this.record.dir, (name) => {
      this.#notice(name);
    });
    this.#notice(undefined);
  }

  /** Sees what no change of a file tells. */
  lookNow(): void {
    if (!this.isOver && !this.folderWasRemoved()) this.steps.look();
  }

  /** Whether there is more stdout than so many bytes. */
  hasMoreStdout(maxBytes: number): boolean {
    return this.#stdoutSize() > maxBytes;
  }

  /** Ends a unit that has more stdout than so many bytes. */
  boundStdout(maxBytes: number): void {
    if (this.isOver || this.isEnding || !this.hasMoreStdout(maxBytes)) return;
    this.inBackground(this.endLost((left) => ({ seen: 'too-much-output', maxBytes, left })));
  }

  /** For work that no caller waits for: a failure of it is logged. */
  inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.options.log.error(`[${this.record.id}] ${errorText(error)}`);
    });
  }

  /** Whether the folder is gone: nobody can read the output any more, and no end can be stored, so what goes on is ended. */
  folderWasRemoved(): boolean {
    const { record, options } = this;
    if (statSync(record.dir, { throwIfNoEntry: false }) !== undefined) return false;
    if (!this.isOver && !this.isEnding) {
      options.log.warning(`[${record.id}] ${record.dir} was removed: its processes are ended`);
      this.inBackground(this.endLost((left) => ({ seen: 'no-folder', left })));
    }
    return true;
  }

  async cancel(): Promise<Outcome> {
    if (isFinal(this.record.status.state)) return 'done';
    await this.#endOnce(() => this.#end('cancel'));
    return 'done';
  }

  /** What is released needs no output: the space of it is freed before anything is written or waited for. */
  async prepareRelease(): Promise<Outcome> {
    const { record } = this;
    for (const name of ['stdout', 'stdin']) emptyUnitFile(record.path(name));
    point('release-emptied');
    if (isFinal(record.status.state)) return 'done';
    // a cancel may be under way already
    if (this.isEnding) this.#mark('release');
    await this.#endOnce(() => this.#end('release'));
    return 'done';
  }

  /** Ends what is left of a unit nobody supervises any more, then says so. */
  async endLost(factsOf: (left: ProcessesLeft) => UnitEndFacts): Promise<void> {
    await this.#endOnce(async () => {
      const left = await this.steps
        .end()
        .catch((error: unknown): ProcessesLeft => ({ why: errorText(error) }));
      this.finish(factsOf(left));
    });
  }

  /** The unit has ended. */
  finish(facts: UnitEndFacts): void {
    this.#letGo();
    if (this.#detached) return;
    const { record, options } = this;
    const end = describeEnd(facts, () =>
      options.showsOutput ? readLastOutput(record.path('stdout')) : undefined,
    );
    options.digests.end(record, { ...end, stdoutSize: this.#stdoutSize(), extraData: null });
  }

  /** Lets go of the unit, whose processes go on. */
  detach(): void {
    this.#detached = true;
    this.#letGo();
  }

  #notice(name: string | undefined): void {
    if (this.isOver) return;
    const isFolder = name === undefined || name === basename(this.record.dir);
    if (isFolder && this.folderWasRemoved()) return;
    if (name === undefined || name === 'stdout') this.record.grow();
    this.steps.changed(name);
  }

  /** One ending at a time; one that went wrong may be tried again, and does not hide how the command ends. */
  async #endOnce(run: () => Promise<void>): Promise<void> {
    this.#ending ??= run().catch((error: unknown) => {
      this.#ending = undefined;
      this.#notice(undefined);
      throw error;
    });
    await this.#ending;
  }

  async #end(ending: Ending): Promise<void> {
    const { record } = this;
    this.#mark(ending);
    point('ending-marked');
    const { state, detail } = record.status;
    if (state === UnitState.Running) {
      const what = ending === 'cancel' ? 'Cancel' : 'Release';
      // for those who ask while it lasts; what goes on after a restart is the mark
      record.update({ detail: `${what} pending: asked to end (${detail})` }, 'unstored');
    }
    await this.steps.end();
    point('processes-ended');
    this.finish({ seen: 'canceled' });
  }

  #mark(ending: Ending): void {
    const { record, options } = this;
    try {
      markEnding(record.dir, ending);
    } catch (error) {
      // what fills the disk may be the very command that is to end
      options.log.warning(`[${record.id}] ${ending} is not stored: ${errorText(error)}`);
    }
  }

  #letGo(): void {
    this.#watch?.close();
    this.#watch = undefined;
    clearInterval(this.#look);
    this.#look = undefined;
    this.steps.letGo?.();
  }

  #stdoutSize(): bigint {
    return (
      statSync(this.record.path('stdout'), { bigint: true, throwIfNoEntry: false })?.size ?? 0n
    );
  }
}
