import { errorText, goShlex, point, type Logger, splitShellWords } from '@receptorjs/primitives';
import { currentBootId, isAlive, isThere, type ProcessIdentity } from '@receptorjs/process-table';
import {
  isFinal,
  isJsonObject,
  UnitState,
  type JsonValue,
  type UnitStatus,
} from '@receptorjs/control-protocol';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { failureCode } from '../errors.js';
import { commandEndOf, wasKilled, type CommandEnd } from './command-end.js';
import { whyNotExecutable } from './executable.js';
import { ownUmask } from './own-umask.js';
import { memoryGroupOf } from './memory-group.js';
import type { FollowedUnit, OutOfMemoryKills } from './oom-kills.js';
import { storageProblem, waitingText } from './storage-problem.js';
import {
  claimUnit,
  hasWholeScript,
  isClaimedByDaemon,
  readCommandEnd,
  readEnding,
  readSupervisor,
  supervisorFiles,
} from './supervisor-files.js';
import type { SupervisorLauncher } from './supervisor-launcher.js';
import { supervisorScript } from './supervisor-script.js';
import type { StartProblem } from './unit-end.js';
import type { Outcome, Unit } from '../unit.js';
import type { StdoutDigests } from '../store/stdout-digest.js';
import type { UnitRecord } from '../store/unit-record.js';
import { UnitCourse } from './unit-course.js';
import { UnitProcesses } from './unit-processes.js';

/** What a command unit needs to know besides its record. */
export interface CommandUnitOptions {
  readonly command: string;
  /** Milliseconds between SIGTERM and SIGKILL at cancel. */
  readonly graceMs: number;
  readonly digests: StdoutDigests;
  /** Shared by all units. */
  readonly launcher: Pick<SupervisorLauncher, 'launch'>;
  /** Shared by all units, for a kill explains the end of one of them. */
  readonly outOfMemory: OutOfMemoryKills;
  readonly log: Logger;
  /** Whether everybody who may see the status may see the last output: not where results need a signature. */
  readonly showsOutput: boolean;
  /** One that has more is ended, within a second or so, and fails; so does one that ended by itself with more. */
  readonly maxStdoutBytes: number;
  /** Releases the unit: a release that an earlier daemon had begun goes on. */
  readonly onReleased: () => Promise<unknown>;
}

/** Each tenth look at a supervisor that was handed over reads all that the system says of it, for another process may have its ID; the others cost nothing. */
const WHOLE_LOOKS = 10;

/** Milliseconds after which a supervisor that was handed over and has not claimed the unit is not waited for any more. */
const HANDED_OVER_MS = 5_000;

/**
 * A unit that runs a command on this machine, under a supervisor of its own (see `supervisorScript`). This class
 * starts it, follows it through the files it writes, and ends it. After a restart the same files are all it needs.
 */
export class CommandUnit implements Unit {
  readonly #processes: UnitProcesses;
  readonly #course: UnitCourse;
  /** Present while the control group is followed in which the unit runs. */
  #group: FollowedUnit | undefined;
  /** The supervisor whose life is looked after: one that is no child of this daemon. */
  #adopted: ProcessIdentity | undefined;
  /** Looks at one that was handed over, on a system that reaps; written by `#look` only. */
  #looks = 0;
  /** Whether it is one that was handed over; written by `#noticeClaim` only. */
  #isReaped = false;
  /** When a supervisor was handed over that has not claimed the unit yet; written by `#spawn`, `#noticeClaim` and `#look` only. */
  #handedOverAt: number | undefined;
  /** Whether the last look found that the command is gone; written by `#sayWhatItWaitsFor` only. */
  #commandIsGone = false;

  constructor(
    readonly record: UnitRecord,
    private readonly options: CommandUnitOptions,
  ) {
    const { graceMs, log } = options;
    this.#processes = new UnitProcesses({ unitId: record.id, dir: record.dir, graceMs, log });
    this.#course = new UnitCourse(record, options, {
      changed: (name) => {
        this.#noticeChange(name);
      },
      look: () => {
        this.#look();
      },
      letGo: () => {
        this.#group?.letGo();
        this.#group = undefined;
      },
      end: async () => (claimUnit(record.dir) ? 'none' : this.#processes.end()),
    });
  }

  status(): UnitStatus {
    return this.#course.status();
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
    this.#course.follow();
    this.#spawn();
    return Promise.resolve('Job Started');
  }

  hasBegun(): boolean {
    const { dir } = this.record;
    return (
      readEnding(dir) !== undefined ||
      hasWholeScript(dir) ||
      isClaimedByDaemon(dir) ||
      readSupervisor(dir) !== undefined
    );
  }

  recover(): Promise<void> {
    if (!isFinal(this.record.status.state)) this.#takeUp();
    else this.options.digests.catchUp(this.record);
    return Promise.resolve();
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

  /** Goes on where an earlier daemon has left the unit. What has to be ended is ended in the background. */
  #takeUp(): void {
    const { record } = this;
    const course = this.#course;
    const supervisor = readSupervisor(record.dir);
    const ending = readEnding(record.dir);
    if (ending !== undefined) {
      course.inBackground(ending === 'cancel' ? this.cancel() : this.options.onReleased());
    } else if (supervisor) {
      this.#adopted = supervisor;
      this.#followGroup(supervisor.pid);
      course.follow();
      course.lookNow();
    } else if (hasWholeScript(record.dir)) {
      // checked and with all its stdin, but the daemon went before the supervisor could claim it
      course.follow();
      this.#spawn();
    } else {
      claimUnit(record.dir);
      const isPending = record.status.state === UnitState.Pending;
      course.finish({ seen: isPending ? 'pending-at-restart' : 'no-supervisor' });
    }
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
    this.#course.finish({ seen: 'not-started', problem });
    return undefined;
  }

  #spawn(): void {
    const { record, options } = this;
    if (!options.launcher.launch(record.path(supervisorFiles.script))) {
      this.#spawnChild();
      return;
    }
    this.#handedOverAt = performance.now();
    point('supervisor-spawned');
    record.update({ detail: 'Not started yet' }, 'soon');
  }

  #spawnChild(): void {
    const { record } = this;
    const script = record.path(supervisorFiles.script);
    const child = spawn('/bin/sh', [script, currentBootId(), ownUmask()], {
      detached: true,
      stdio: 'ignore',
    });
    child.unref();
    point('supervisor-spawned');
    child.on('error', (error) => {
      const text = `Failed to start command runner: ${error.message}`;
      const problem = { code: failureCode(error, 'start-failed'), text };
      this.#course.finish({ seen: 'not-started', problem });
    });
    const { pid } = child;
    if (pid === undefined) return;
    this.#processes.started(pid);
    this.#followGroup(pid);
    child.on('exit', (code, signal) => {
      this.#course.inBackground(this.#childEnded(pid, commandEndOf(code, signal)));
    });
    record.update({ detail: 'Not started yet', extraData: this.#dataWith(pid) }, 'soon');
  }

  #dataWith(pid: number): { readonly Pid: number; readonly Params: JsonValue | undefined } {
    const { extraData } = this.record.status;
    return { Pid: pid, Params: isJsonObject(extraData) ? extraData['Params'] : '' };
  }

  /** A supervisor that was handed over is one that this daemon did not start. */
  #noticeClaim(): void {
    const { supervisor } = this.#processes;
    if (this.#handedOverAt === undefined || supervisor === undefined) return;
    this.#handedOverAt = undefined;
    this.#adopted = supervisor;
    this.#isReaped = true;
    this.#followGroup(supervisor.pid);
    this.record.update({ extraData: this.#dataWith(supervisor.pid) }, 'soon');
  }

  /** What the kernel counts there may explain how the command ends. */
  #followGroup(supervisorPid: number): void {
    const group = memoryGroupOf(supervisorPid);
    this.#group ??= group && this.options.outOfMemory.follow(group);
  }

  #look(): void {
    if (performance.now() - (this.#handedOverAt ?? Number.NaN) > HANDED_OVER_MS) {
      this.#handedOverAt = undefined;
      // where both come after all, one of them gets the claim
      if (!this.#course.isEnding) this.#spawnChild();
    }
    this.#course.boundStdout(this.options.maxStdoutBytes);
    this.#sayWhatItWaitsFor();
    const adopted = this.#adopted;
    if (adopted === undefined) return;
    this.#looks += 1;
    if (!this.#isReaped || this.#looks % WHOLE_LOOKS === 0 || !isThere(adopted.pid)) {
      this.#course.inBackground(this.#checkSupervisor(adopted));
    }
  }

  /** A command may have ended although nobody could store how: while the disk is full its supervisor tries again and again. */
  #sayWhatItWaitsFor(): void {
    const wasGone = this.#commandIsGone;
    this.#commandIsGone = this.#processes.commandIsGone;
    // its supervisor needs a moment
    if (!wasGone || !this.#commandIsGone || this.#course.isEnding) return;
    const problem = storageProblem(this.record.dir);
    this.record.update({ detail: waitingText(problem) }, 'soon');
  }

  #noticeChange(name: string | undefined): void {
    if (name === undefined || name === supervisorFiles.started) this.#noticeClaim();
    if (name === undefined || name === supervisorFiles.pid) {
      const pid = this.#processes.command;
      if (pid !== undefined) {
        point('running-seen');
        this.record.update({ state: UnitState.Running, detail: `Running: PID ${pid}` }, 'soon');
      }
    }
    if (name === undefined || name === supervisorFiles.exit) this.#takeEnd();
  }

  /** Takes over how the command ended, when that is known; not while a cancel decides the outcome. */
  #takeEnd(): boolean {
    const end = readCommandEnd(this.record.dir);
    if (!end) return false;
    point('end-seen');
    if (this.#course.isEnding) return true;
    const { maxStdoutBytes: maxBytes } = this.options;
    // it may have ended before anybody looked how much it had
    if (this.#course.hasMoreStdout(maxBytes)) {
      this.#course.finish({ seen: 'ended-with-too-much', maxBytes, end });
      return true;
    }
    const outOfMemory = wasKilled(end) ? this.#group?.explain() : undefined;
    this.#course.finish({ seen: 'command-ended', end, outOfMemory });
    return true;
  }

  async #checkSupervisor(supervisor: ProcessIdentity): Promise<void> {
    if (!(await isAlive(supervisor))) await this.#supervisorEnded(supervisor);
  }

  /** The supervisor this daemon has started is gone; perhaps one of an earlier daemon was first to claim the unit. */
  async #childEnded(pid: number, how: CommandEnd): Promise<void> {
    const course = this.#course;
    if (course.isOver || this.#takeEnd() || course.folderWasRemoved()) return;
    const supervisor = await this.#processes.claimant();
    if (supervisor && supervisor.pid !== pid) {
      this.#adopted = supervisor;
      course.lookNow();
    } else if (supervisor || isClaimedByDaemon(this.record.dir) || how.kind === 'signal') {
      await this.#supervisorEnded(supervisor, how);
    } else {
      this.#notClaimed();
    }
  }

  /** A supervisor gives up when it can't write down that it has the unit: the command was not started. */
  #notClaimed(): void {
    if (this.#course.isOver || this.#course.isEnding) return;
    const { code, text } = storageProblem(this.record.dir) ?? { code: 'start-failed' };
    const why = text === undefined ? '' : `: ${text}`;
    const problem = {
      code,
      text: `command was not started, for its supervisor could not write to the unit's folder${why}`,
    };
    this.#course.finish({ seen: 'not-started', problem });
  }

  /** The supervisor is gone. Without an exit status it stored nothing: what is left of its processes is ended and the unit fails. */
  async #supervisorEnded(supervisor: ProcessIdentity | undefined, how?: CommandEnd): Promise<void> {
    const course = this.#course;
    if (course.isOver || this.#takeEnd() || course.folderWasRemoved()) return;
    const nowBootId = currentBootId();
    const bootId = supervisor?.bootId ?? '';
    if (bootId !== '' && nowBootId !== '' && bootId !== nowBootId) {
      if (!course.isEnding) course.finish({ seen: 'other-boot', bootId, nowBootId });
    } else {
      await course.endLost((left) => ({ seen: 'supervisor-gone', how, left }));
    }
  }
}
