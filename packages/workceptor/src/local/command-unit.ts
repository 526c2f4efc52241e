import { errorText, goShlex, point, type Logger, splitShellWords } from '@receptorjs/primitives';
import { currentBootId, isAlive, type ProcessIdentity } from '@receptorjs/process-table';
import { isFinal, isJsonObject, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { spawn } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { failureCode } from '../errors.js';
import { DirectoryWatch } from '../store/directory-watch.js';
import { commandEndOf, type CommandEnd } from './command-end.js';
import { whyNotExecutable } from './executable.js';
import { readLastOutput } from './last-output.js';
import { storageProblem, waitingText } from './storage-problem.js';
import {
  claimUnit,
  hasWholeScript,
  isClaimedByDaemon,
  markEnding,
  readCommandEnd,
  readEnding,
  readSupervisor,
  supervisorFiles,
  type Ending,
} from './supervisor-files.js';
import { supervisorScript } from './supervisor-script.js';
import { describeEnd, type StartProblem, type UnitEndFacts } from './unit-end.js';
import { UnitProcesses } from './unit-processes.js';
import type { Outcome, Unit } from '../unit.js';
import { emptyUnitFile } from '../store/unit-file.js';
import type { StdoutDigests } from '../store/stdout-digest.js';
import type { UnitRecord } from '../store/unit-record.js';

/** Milliseconds between looks at what the system may not report: that a supervisor, a folder or a command is gone. */
const LOOK_MS = 1_000;

/** What a command unit needs to know besides its record. */
export interface CommandUnitOptions {
  readonly command: string;
  /** Milliseconds between SIGTERM and SIGKILL at cancel. */
  readonly graceMs: number;
  readonly digests: StdoutDigests;
  readonly log: Logger;
  /** Whether everybody who may see the status may see the last output: not where results need a signature. */
  readonly showsOutput: boolean;
  /** Releases the unit: a release that an earlier daemon had begun goes on. */
  readonly onReleased: () => Promise<unknown>;
}

/**
 * A unit that runs a command on this machine, under a supervisor of its own (see `supervisorScript`). This class
 * starts it, follows it through the files it writes, and ends it. After a restart the same files are all it needs.
 */
export class CommandUnit implements Unit {
  readonly #processes: UnitProcesses;
  /** Present while the unit's folder is watched. */
  #watch: DirectoryWatch | undefined;
  /** Present while the unit is looked after. */
  #look: NodeJS.Timeout | undefined;
  /** The supervisor whose life is looked after: one that is no child of this daemon. */
  #adopted: ProcessIdentity | undefined;
  /** Whether the last look found that the command is gone; written by `#sayWhatItWaitsFor` only. */
  #commandIsGone = false;
  /** Present while the processes are being ended. */
  #ending: Promise<void> | undefined;
  /** Set by `detach` for good. */
  #detached = false;

  constructor(
    readonly record: UnitRecord,
    private readonly options: CommandUnitOptions,
  ) {
    const { graceMs, log } = options;
    this.#processes = new UnitProcesses({ unitId: record.id, dir: record.dir, graceMs, log });
  }

  status(): UnitStatus {
    const { status } = this.record;
    return isFinal(status.state) ? status : { ...status, stdoutSize: this.#stdoutSize() };
  }

  start(): Promise<string> {
    this.record.update({ detail: 'Launching command runner' }, 'soon');
    const { command } = this.options;
    const words = this.#words();
    if (words === undefined) return Promise.resolve('Job Started');
    const { record } = this;
    const script = supervisorScript(record.dir, [command, ...words]);
    writeFileSync(record.path(supervisorFiles.script), script, { mode: 0o600 });
    point('script-written');
    this.#follow();
    this.#spawn();
    return Promise.resolve('Job Started');
  }

  recover(): Promise<void> {
    if (!isFinal(this.record.status.state)) this.#takeUp();
    else this.options.digests.catchUp(this.record);
    return Promise.resolve();
  }

  async cancel(): Promise<Outcome> {
    const { record } = this;
    if (isFinal(record.status.state)) return 'done';
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
    if (this.#ending) this.#mark('release');
    await this.#endOnce(() => this.#end('release'));
    return 'done';
  }

  detach(): void {
    this.#detached = true;
    this.#letGo();
  }

  /** Whether nothing is to be said of the unit's end any more. */
  get #isOver(): boolean {
    return this.#detached || isFinal(this.record.status.state);
  }

  /** For work that no caller waits for: a failure of it is logged. */
  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.options.log.error(`[${this.record.id}] ${errorText(error)}`);
    });
  }

  /** Goes on where an earlier daemon has left the unit. What has to be ended is ended in the background. */
  #takeUp(): void {
    const { record } = this;
    const supervisor = readSupervisor(record.dir);
    const ending = readEnding(record.dir);
    if (ending !== undefined) {
      const ended = ending === 'cancel' ? this.cancel() : this.options.onReleased();
      this.#inBackground(ended);
    } else if (supervisor) {
      this.#adopted = supervisor;
      this.#follow();
      if (!this.#isOver) this.#lookNow();
    } else if (hasWholeScript(record.dir)) {
      // checked and with all its stdin, but the daemon went before the supervisor could claim it
      this.#follow();
      this.#spawn();
    } else {
      claimUnit(record.dir);
      const isPending = record.status.state === UnitState.Pending;
      this.#finish({ seen: isPending ? 'pending-at-restart' : 'no-supervisor' });
    }
  }

  /** One ending at a time; one that went wrong may be tried again, and does not hide how the command ends. */
  async #endOnce(run: () => Promise<void>): Promise<void> {
    this.#ending ??= run().catch((error: unknown) => {
      this.#ending = undefined;
      this.#noticeChange(undefined);
      throw error;
    });
    await this.#ending;
  }

  #letGo(): void {
    this.#watch?.close();
    this.#watch = undefined;
    clearInterval(this.#look);
    this.#look = undefined;
  }

  #words(): string[] | undefined {
    const { extraData } = this.record.status;
    const params = isJsonObject(extraData) ? extraData['Params'] : undefined;
    const { command } = this.options;
    let problem: StartProblem | undefined;
    try {
      const words = splitShellWords(typeof params === 'string' ? params : '', goShlex);
      problem = words.some((word) => word.includes('\0'))
        ? { code: 'invalid-arguments', text: `fork/exec ${command}: invalid argument` }
        : whyNotExecutable(command);
      if (problem === undefined) return words;
    } catch (error) {
      problem = { code: 'invalid-arguments', text: errorText(error) };
    }
    this.#finish({ seen: 'not-started', problem });
    return undefined;
  }

  #spawn(): void {
    const { record } = this;
    const child = spawn('/bin/sh', [record.path(supervisorFiles.script)], {
      detached: true,
      stdio: 'ignore',
    });
    child.unref();
    point('supervisor-spawned');
    child.on('error', (error) => {
      const text = `Failed to start command runner: ${error.message}`;
      const problem = { code: failureCode(error, 'start-failed'), text };
      this.#finish({ seen: 'not-started', problem });
    });
    const { pid } = child;
    if (pid === undefined) return;
    this.#processes.started(pid);
    child.on('exit', (code, signal) => {
      this.#inBackground(this.#childEnded(pid, commandEndOf(code, signal)));
    });
    const { extraData } = record.status;
    const data = { Pid: pid, Params: isJsonObject(extraData) ? extraData['Params'] : '' };
    record.update({ detail: 'Not started yet', extraData: data }, 'soon');
  }

  /** Watches the folder, and looks at once, in case everything has already happened. */
  #follow(): void {
    this.#look = setInterval(() => {
      this.#lookNow();
    }, LOOK_MS).unref();
    this.#watch = new DirectoryWatch(this.record.dir, (name) => {
      this.#noticeChange(name);
    });
    this.#noticeChange(undefined);
  }

  /** Sees what no change of a file tells. */
  #lookNow(): void {
    if (this.#isOver) return;
    if (this.#folderIsGone()) {
      this.#inBackground(this.#folderRemoved());
      return;
    }
    this.#sayWhatItWaitsFor();
    if (this.#adopted) this.#inBackground(this.#checkSupervisor(this.#adopted));
  }

  /** A command may have ended although nobody could store how: while the disk is full its supervisor tries again and again. */
  #sayWhatItWaitsFor(): void {
    const wasGone = this.#commandIsGone;
    this.#commandIsGone = this.#processes.commandIsGone;
    // its supervisor needs a moment
    if (!wasGone || !this.#commandIsGone || this.#ending) return;
    const problem = storageProblem(this.record.dir);
    this.record.update({ detail: waitingText(problem) }, 'soon');
  }

  #noticeChange(name: string | undefined): void {
    const { record } = this;
    if (this.#isOver) return;
    if ((name === undefined || name === basename(record.dir)) && this.#folderIsGone()) {
      this.#inBackground(this.#folderRemoved());
      return;
    }
    if (name === undefined || name === 'stdout') record.touch();
    if (name === supervisorFiles.started) this.#processes.look();
    if (name === undefined || name === supervisorFiles.pid) {
      const pid = this.#processes.command;
      if (pid !== undefined) {
        point('running-seen');
        record.update({ state: UnitState.Running, detail: `Running: PID ${pid}` }, 'soon');
      }
    }
    if (name === undefined || name === supervisorFiles.exit) this.#takeEnd();
  }

  #folderIsGone(): boolean {
    return statSync(this.record.dir, { throwIfNoEntry: false }) === undefined;
  }

  /** Nobody can read the output any more, and no end can be stored: what goes on is ended. */
  async #folderRemoved(): Promise<void> {
    if (this.#isOver || this.#ending) return;
    const { record, options } = this;
    options.log.warning(`[${record.id}] ${record.dir} was removed: its processes are ended`);
    await this.#endOnce(async () => {
      this.#finish({ seen: 'no-folder', left: await this.#processes.endAsFarAsPossible() });
    });
  }

  /** Takes over how the command ended, when that is known; not while a cancel decides the outcome. */
  #takeEnd(): boolean {
    const end = readCommandEnd(this.record.dir);
    if (!end) return false;
    point('end-seen');
    if (!this.#ending) this.#finish({ seen: 'command-ended', end });
    return true;
  }

  async #checkSupervisor(supervisor: ProcessIdentity): Promise<void> {
    if (!(await isAlive(supervisor))) await this.#supervisorEnded(supervisor);
  }

  /** The supervisor this daemon has started is gone; perhaps one of an earlier daemon was first to claim the unit. */
  async #childEnded(pid: number, how: CommandEnd): Promise<void> {
    if (this.#isOver || this.#takeEnd()) return;
    if (this.#folderIsGone()) return this.#folderRemoved();
    const supervisor = await this.#processes.claimant();
    if (supervisor && supervisor.pid !== pid) {
      this.#adopted = supervisor;
      this.#lookNow();
    } else if (supervisor || isClaimedByDaemon(this.record.dir) || how.kind === 'signal') {
      await this.#supervisorEnded(supervisor, how);
    } else {
      this.#notClaimed();
    }
  }

  /** A supervisor gives up when it can't write down that it has the unit: the command was not started. */
  #notClaimed(): void {
    if (this.#isOver || this.#ending) return;
    const { code, text } = storageProblem(this.record.dir) ?? { code: 'start-failed' };
    const why = text === undefined ? '' : `: ${text}`;
    const problem = {
      code,
      text: `command was not started, for its supervisor could not write to the unit's folder${why}`,
    };
    this.#finish({ seen: 'not-started', problem });
  }

  /** The supervisor is gone. Without an exit status it stored nothing: what is left of its processes is ended and the unit fails. */
  async #supervisorEnded(supervisor: ProcessIdentity | undefined, how?: CommandEnd): Promise<void> {
    if (this.#isOver || this.#takeEnd()) return;
    if (this.#folderIsGone()) return this.#folderRemoved();
    const nowBootId = currentBootId();
    await this.#endOnce(async () => {
      if (supervisor && supervisor.bootId !== nowBootId) {
        this.#finish({ seen: 'other-boot', bootId: supervisor.bootId, nowBootId });
      } else {
        const left = await this.#processes.endAsFarAsPossible();
        this.#finish({ seen: 'supervisor-gone', how, left });
      }
    });
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

  async #end(ending: Ending): Promise<void> {
    const { record } = this;
    this.#mark(ending);
    point('ending-marked');
    if (!claimUnit(record.dir)) await this.#processes.end();
    point('processes-ended');
    this.#finish({ seen: 'canceled' });
  }

  #finish(facts: UnitEndFacts): void {
    this.#letGo();
    if (this.#detached) return;
    const { record, options } = this;
    const end = describeEnd(facts, () =>
      options.showsOutput ? readLastOutput(record.path('stdout')) : undefined,
    );
    options.digests.end(record, { ...end, stdoutSize: this.#stdoutSize(), extraData: null });
  }

  #stdoutSize(): bigint {
    return (
      statSync(this.record.path('stdout'), { bigint: true, throwIfNoEntry: false })?.size ?? 0n
    );
  }
}
