import { errorText, goShlex, point, type Logger, splitShellWords } from '@receptorjs/primitives';
import { isAlive, type ProcessIdentity } from '@receptorjs/process-table';
import { isFinal, isJsonObject, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { DirectoryWatch } from '../store/directory-watch.js';
import { whyNotExecutable } from './executable.js';
import { endUnitProcesses } from './process-tree.js';
import {
  claimUnit,
  hasWholeScript,
  isClaimedByDaemon,
  markEnding,
  readCommandEnd,
  readCommandPid,
  readEnding,
  readSupervisor,
  supervisorFiles,
  type Ending,
} from './supervisor-files.js';
import { supervisorScript } from './supervisor-script.js';
import type { Outcome, Unit } from '../unit.js';
import { emptyUnitFile } from '../store/unit-file.js';
import type { UnitRecord } from '../store/unit-record.js';

/** Milliseconds between looks whether an adopted supervisor still lives; its normal end is noticed at once. */
const ADOPTED_LOOK_MS = 1_000;

/** Milliseconds a supervisor may take from the creation of its claim to the writing of it, on a busy machine. */
const CLAIM_MS = 5_000;

/** What a command unit needs to know besides its record. */
export interface CommandUnitOptions {
  readonly command: string;
  /** Milliseconds between SIGTERM and SIGKILL at cancel. */
  readonly graceMs: number;
  readonly log: Logger;
  /** Releases the unit: a release that an earlier daemon had begun goes on. */
  readonly onReleased: () => Promise<unknown>;
}

/**
 * A unit that runs a command on this machine, under a supervisor of its own (see `supervisorScript`). This class
 * starts it, follows it through the files it writes, and ends it. After a restart the same files are all it needs.
 */
export class CommandUnit implements Unit {
  /** Present while the unit's folder is watched. */
  #watch: DirectoryWatch | undefined;
  /** Present while an adopted supervisor is looked after. */
  #look: NodeJS.Timeout | undefined;
  /** Process ID of the supervisor this daemon has started. */
  #child: number | undefined;
  /** Present while the processes are being ended. */
  #ending: Promise<void> | undefined;
  /** Set by `detach` for good. */
  #detached = false;

  constructor(
    readonly record: UnitRecord,
    private readonly options: CommandUnitOptions,
  ) {}

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
      this.#follow();
      this.#lookAfter(supervisor);
    } else if (hasWholeScript(record.dir)) {
      // checked and with all its stdin, but the daemon went before the supervisor could claim it
      this.#follow();
      this.#spawn();
    } else {
      claimUnit(record.dir);
      this.#fail(
        record.status.state === UnitState.Pending
          ? 'Pending at restart'
          : 'Failed to restart: nothing is known of its supervisor',
      );
    }
  }

  /** Looks whether a supervisor that is no child of this daemon still lives. */
  #lookAfter(supervisor: ProcessIdentity): void {
    if (this.#detached || isFinal(this.record.status.state)) return;
    const look = (): void => {
      this.#inBackground(this.#checkSupervisor(supervisor));
    };
    this.#look = setInterval(look, ADOPTED_LOOK_MS).unref();
    look();
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
  }

  #words(): string[] | undefined {
    const { extraData } = this.record.status;
    const params = isJsonObject(extraData) ? extraData['Params'] : undefined;
    try {
      const words = splitShellWords(typeof params === 'string' ? params : '', goShlex);
      const { command } = this.options;
      const problem = words.some((word) => word.includes('\0'))
        ? `fork/exec ${command}: invalid argument`
        : whyNotExecutable(command);
      if (problem === undefined) return words;
      this.#fail(problem);
    } catch (error) {
      this.#fail(errorText(error));
    }
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
      this.#fail(`Failed to start command runner: ${error.message}`);
    });
    const { pid } = child;
    if (pid === undefined) return;
    this.#child = pid;
    child.on('exit', (code, signal) => {
      const how = signal === null ? `exit status ${code ?? 0}` : `signal: ${signal}`;
      this.#inBackground(this.#childEnded(pid, how));
    });
    const { extraData } = record.status;
    const data = { Pid: pid, Params: isJsonObject(extraData) ? extraData['Params'] : '' };
    record.update({ detail: 'Not started yet', extraData: data }, 'soon');
  }

  /** Watches the folder, and looks at once, in case everything has already happened. */
  #follow(): void {
    this.#watch = new DirectoryWatch(this.record.dir, (name) => {
      this.#noticeChange(name);
    });
    this.#noticeChange(undefined);
  }

  #noticeChange(name: string | undefined): void {
    const { record } = this;
    if (this.#detached || isFinal(record.status.state)) return;
    if (name === undefined || name === 'stdout') record.touch();
    if (name === undefined || name === supervisorFiles.pid) {
      const pid = readCommandPid(record.dir);
      if (pid !== undefined) {
        point('running-seen');
        record.update({ state: UnitState.Running, detail: `Running: PID ${pid}` }, 'soon');
      }
    }
    if (name === undefined || name === supervisorFiles.exit) this.#takeEnd();
  }

  /** Takes over how the command ended, when that is known; not while a cancel decides the outcome. */
  #takeEnd(): boolean {
    const end = readCommandEnd(this.record.dir);
    if (!end) return false;
    point('end-seen');
    if (!this.#ending) {
      this.#finish(end.success ? UnitState.Succeeded : UnitState.Failed, end.detail);
    }
    return true;
  }

  async #checkSupervisor(supervisor: ProcessIdentity): Promise<void> {
    if (!(await isAlive(supervisor))) await this.#supervisorEnded('unknown');
  }

  /** The supervisor this daemon has started is gone; perhaps one of an earlier daemon was first to claim the unit. */
  async #childEnded(pid: number, how: string): Promise<void> {
    if (this.#takeEnd()) return;
    const supervisor = await this.#claimant();
    if (supervisor && supervisor.pid !== pid) this.#lookAfter(supervisor);
    else await this.#supervisorEnded(how);
  }

  /** The supervisor is gone. Without an exit status it was killed: its processes are ended and the unit fails. */
  async #supervisorEnded(how: string): Promise<void> {
    const { record } = this;
    if (this.#detached || isFinal(record.status.state) || this.#takeEnd()) return;
    await this.#endOnce(() => this.#endLost(how));
  }

  async #endLost(how: string): Promise<void> {
    const outcome = await this.#endProcesses().then(
      () => 'was stopped',
      (error: unknown) => `could not be stopped: ${errorText(error)}`,
    );
    const cause = how === 'unknown' ? '' : ` (${how})`;
    this.#fail(
      `supervisor was killed${cause} before its command ended; the exit status is lost and the command ${outcome}`,
    );
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
    if (!claimUnit(record.dir)) await this.#endProcesses();
    point('processes-ended');
    this.#finish(UnitState.Canceled, 'Canceled');
  }

  async #endProcesses(): Promise<void> {
    const { record, options } = this;
    const supervisor = await this.#claimant();
    if (!supervisor) return;
    const ended = await endUnitProcesses(supervisor, {
      graceMs: options.graceMs,
      ownChild: supervisor.pid === this.#child,
      commandPid: () => readCommandPid(record.dir),
      onKill: (count) => {
        options.log.warning(
          `[${record.id}] ${count ?? 'some'} processes did not end within ${options.graceMs / 1000} s and are killed`,
        );
      },
    });
    if (!ended) options.log.error(`[${record.id}] some processes could not be ended`);
  }

  /** The supervisor that claimed the unit. Its claim may be a moment older than what it writes into it. */
  async #claimant(): Promise<ProcessIdentity | undefined> {
    const { dir } = this.record;
    const begun = performance.now();
    for (;;) {
      const supervisor = readSupervisor(dir);
      if (supervisor) return supervisor;
      const isUnclaimed = !existsSync(this.record.path(supervisorFiles.started));
      if (isUnclaimed || isClaimedByDaemon(dir)) return undefined;
      if (performance.now() - begun > CLAIM_MS) return undefined;
      await delay(2);
    }
  }

  #fail(detail: string): void {
    this.#finish(UnitState.Failed, detail);
  }

  #finish(state: UnitState, detail: string): void {
    this.#letGo();
    if (this.#detached) return;
    this.record.update({ state, detail, stdoutSize: this.#stdoutSize(), extraData: null });
  }

  #stdoutSize(): bigint {
    return (
      statSync(this.record.path('stdout'), { bigint: true, throwIfNoEntry: false })?.size ?? 0n
    );
  }
}
