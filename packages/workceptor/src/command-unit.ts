import { isFinal, isJsonObject, UnitState, type UnitStatus } from '@receptorjs/control-client';
import { spawn } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { DirectoryWatch } from './directory-watch.js';
import { messageOf } from './errors.js';
import { whyNotExecutable } from './executable.js';
import { isAlive, type ProcessIdentity } from './process-table.js';
import { endUnitProcesses } from './process-tree.js';
import { splitShellWords } from './shell-words.js';
import {
  claimUnit,
  readCommandEnd,
  readCommandPid,
  readSupervisor,
  supervisorFiles,
} from './supervisor-files.js';
import { supervisorScript } from './supervisor-script.js';
import type { Logger, Outcome, Unit } from './unit.js';
import type { UnitRecord } from './unit-record.js';

/** Milliseconds between looks whether an adopted supervisor still lives; its normal end is noticed at once. */
const adoptedLookMs = 1_000;

/** What a command unit needs to know besides its record. */
export interface CommandUnitOptions {
  readonly command: string;
  /** Milliseconds between SIGTERM and SIGKILL at cancel. */
  readonly graceMs: number;
  readonly log: Logger;
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
    this.#follow();
    this.#spawn();
    return Promise.resolve('Job Started');
  }

  async recover(): Promise<void> {
    const { record } = this;
    if (isFinal(record.status.state)) return;
    const supervisor = readSupervisor(record.dir);
    if (!supervisor && existsSync(record.path(supervisorFiles.script))) {
      // stored and checked, but the daemon went before the supervisor could claim it
      this.#follow();
      this.#spawn();
      return;
    }
    if (!supervisor) {
      claimUnit(record.dir);
      this.#fail(
        record.status.state === UnitState.Pending
          ? 'Pending at restart'
          : 'Failed to restart: nothing is known of its supervisor',
      );
      return;
    }
    this.#follow();
    if (existsSync(record.path(supervisorFiles.cancel))) {
      this.#inBackground(this.cancel());
      return;
    }
    this.#look = setInterval(() => {
      this.#inBackground(this.#checkSupervisor());
    }, adoptedLookMs);
    this.#look.unref();
    await this.#checkSupervisor();
  }

  async cancel(): Promise<Outcome> {
    const { record } = this;
    if (isFinal(record.status.state)) return 'done';
    this.#ending ??= this.#end();
    await this.#ending;
    return 'done';
  }

  async prepareRelease(): Promise<Outcome> {
    return this.cancel();
  }

  detach(): void {
    this.#detached = true;
    this.#letGo();
  }

  /** For work nobody waits for: a failure of it is logged. */
  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.options.log.error(`[${this.record.id}] ${messageOf(error)}`);
    });
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
      const words = splitShellWords(typeof params === 'string' ? params : '');
      const { command } = this.options;
      const problem = words.some((word) => word.includes('\0'))
        ? `fork/exec ${command}: invalid argument`
        : whyNotExecutable(command);
      if (problem === undefined) return words;
      this.#fail(problem);
    } catch (error) {
      this.#fail(messageOf(error));
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
    child.on('error', (error) => {
      this.#fail(`Failed to start command runner: ${error.message}`);
    });
    child.on('exit', (code, signal) => {
      this.#inBackground(
        this.#supervisorEnded(signal === null ? `exit status ${code ?? 0}` : `signal: ${signal}`),
      );
    });
    const { pid } = child;
    if (pid === undefined) return;
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
        record.update({ state: UnitState.Running, detail: `Running: PID ${pid}` }, 'soon');
      }
    }
    if (name === undefined || name === supervisorFiles.exit) this.#takeEnd();
  }

  /** Takes over how the command ended, when that is known; not while a cancel decides the outcome. */
  #takeEnd(): boolean {
    const end = readCommandEnd(this.record.dir);
    if (!end) return false;
    if (!this.#ending) {
      this.#finish(end.success ? UnitState.Succeeded : UnitState.Failed, end.detail);
    }
    return true;
  }

  async #checkSupervisor(): Promise<void> {
    const supervisor = readSupervisor(this.record.dir);
    if (supervisor && !(await isAlive(supervisor))) await this.#supervisorEnded('unknown');
  }

  /** The supervisor is gone. Without an exit status it was killed: its processes are ended and the unit fails. */
  async #supervisorEnded(how: string): Promise<void> {
    const { record } = this;
    if (this.#detached || isFinal(record.status.state) || this.#takeEnd()) return;
    this.#ending ??= this.#endLost(how);
    await this.#ending;
  }

  async #endLost(how: string): Promise<void> {
    await this.#endProcesses();
    const cause = how === 'unknown' ? '' : ` (${how})`;
    this.#fail(
      `supervisor was killed${cause} before its command ended; the exit status is lost and the command was stopped`,
    );
  }

  async #end(): Promise<void> {
    const { record } = this;
    writeFileSync(record.path(supervisorFiles.cancel), '', { mode: 0o600 });
    if (!claimUnit(record.dir)) await this.#endProcesses();
    this.#finish(UnitState.Canceled, 'Canceled');
  }

  async #endProcesses(): Promise<void> {
    const { record, options } = this;
    const supervisor = await this.#claimant();
    if (!supervisor) return;
    const ended = await endUnitProcesses(supervisor, {
      graceMs: options.graceMs,
      onKill: (count) => {
        options.log.warning(
          `[${record.id}] ${count} processes did not end within ${options.graceMs / 1000} s and are killed`,
        );
      },
    });
    if (!ended) options.log.error(`[${record.id}] some processes could not be ended`);
  }

  /** The supervisor that claimed the unit. Its claim may be a moment older than what it writes into it. */
  async #claimant(): Promise<ProcessIdentity | undefined> {
    for (let tries = 0; tries < 50; tries += 1) {
      const supervisor = readSupervisor(this.record.dir);
      if (supervisor) return supervisor;
      await delay(2);
    }
    return undefined;
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
