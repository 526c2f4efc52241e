import type { Logger } from '@receptorjs/primitives';
import {
  currentBootId,
  isThere,
  listProcesses,
  type ProcessIdentity,
} from '@receptorjs/process-table';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endUnitProcesses, type EndOptions } from './process-tree.js';
import {
  isClaimedByDaemon,
  readCommandPid,
  readSupervisor,
  supervisorFiles,
} from './supervisor-files.js';
import type { ProcessesLeft } from './unit-end.js';

/** Milliseconds a supervisor may take from the creation of its claim to the writing of it, on a busy machine. */
const CLAIM_MS = 5_000;

/** What is needed to end the processes of a unit. */
export interface UnitProcessesOptions {
  readonly unitId: string;
  /** Folder of the unit. */
  readonly dir: string;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly log: Logger;
}

/**
 * The processes of one unit. What its files say of them is remembered, so that they can be ended when the folder is gone.
 */
export class UnitProcesses {
  /** Process ID of the supervisor this daemon has started; written by `started` only. */
  #child: number | undefined;
  /** The supervisor that claimed the unit; written by `look` only. */
  #supervisor: ProcessIdentity | undefined;
  /** Process ID of the command; written by `look` only. */
  #command: number | undefined;

  constructor(private readonly options: UnitProcessesOptions) {}

  /** This daemon has started a supervisor. */
  started(pid: number): void {
    this.#child = pid;
  }

  /** Remembers what the files say by now. */
  look(): void {
    this.#supervisor ??= readSupervisor(this.options.dir);
    this.#command ??= readCommandPid(this.options.dir);
  }

  /** The supervisor that claimed the unit, once that was written down. */
  get supervisor(): ProcessIdentity | undefined {
    this.look();
    return this.#supervisor;
  }

  /** Process ID of the command, once it was written down. */
  get command(): number | undefined {
    this.look();
    return this.#command;
  }

  /** Whether the command was started and its process ID belongs to none by now. */
  get commandIsGone(): boolean {
    const { command } = this;
    return command !== undefined && !isThere(command);
  }

  /** The supervisor that claimed the unit. Its claim may be a moment older than what it writes into it. */
  async claimant(): Promise<ProcessIdentity | undefined> {
    const { dir } = this.options;
    const begun = performance.now();
    for (;;) {
      this.look();
      if (this.#supervisor) return this.#supervisor;
      const isUnclaimed = !existsSync(join(dir, supervisorFiles.started));
      if (isUnclaimed || isClaimedByDaemon(dir)) return undefined;
      if (performance.now() - begun > CLAIM_MS) return undefined;
      await delay(2);
    }
  }

  /**
   * Ends all processes of the unit; where its folder is gone, those of the supervisor that is remembered.
   *
   * @throws {ProcessTableError} when the system does not tell which they are
   */
  async end(): Promise<ProcessesLeft> {
    const { dir, unitId, graceMs, log } = this.options;
    const supervisor =
      (await this.claimant()) ?? (existsSync(dir) ? undefined : await this.#childIdentity());
    if (!supervisor) return 'none';
    return endSupervised(supervisor, {
      unitId,
      graceMs,
      log,
      ownChild: supervisor.pid === this.#child,
      commandPid: () => this.command,
    });
  }

  /** Of the supervisor that this daemon has started: its ID belongs to no other as long as its end was not noticed. */
  async #childIdentity(): Promise<ProcessIdentity | undefined> {
    const entry = (await listProcesses()).find(({ pid }) => pid === this.#child);
    return entry && { pid: entry.pid, bootId: currentBootId(), startTime: entry.startTime };
  }
}

/**
 * Ends all processes of a supervisor and says in the log what was needed for that.
 *
 * @throws {ProcessTableError} when the system does not tell which they are
 */
export async function endSupervised(
  supervisor: ProcessIdentity,
  { unitId, log, ...options }: EndOptions & Pick<UnitProcessesOptions, 'unitId' | 'log'>,
): Promise<ProcessesLeft> {
  const ended = await endUnitProcesses(supervisor, {
    ...options,
    onKill: (count) => {
      log.warning(
        `[${unitId}] ${count ?? 'some'} processes did not end within ${options.graceMs / 1000} s and are killed`,
      );
    },
  });
  if (ended) return 'none';
  log.error(`[${unitId}] some processes could not be ended`);
  return { why: 'they do not end' };
}
