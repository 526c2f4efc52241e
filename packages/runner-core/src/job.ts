import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateArtifacts } from './artifact-rotation.js';
import { ArtifactFolder } from './artifacts.js';
import { CallbackError } from './errors.js';
import { EventAssembler, type EventRecord } from './event-assembler.js';
import { EventChannel } from './event-channel.js';
import type { EventFeed } from './event-feed.js';
import { EventPump } from './event-pump.js';
import type { RunEvent, RunStats } from './events.js';
import { resolveCommand } from './executables.js';
import type { Enclosure } from './isolation/isolation.js';
import type { JobPlan } from './job-plan.js';
import { MarkSplitter } from './mark-splitter.js';
import { SegmentGatherer } from './output-segments.js';
import { compilePrompts, PromptWatcher } from './password-prompts.js';
import { endTree } from './process-tree.js';
import type { PluginSinks } from './plugin-sinks.js';
import { writePrivateFiles, type Places } from './private-files.js';
import { findPython } from './python-assets.js';
import type { RunOptions } from './run-options.js';
import { shownEnvironment } from './shown-environment.js';
import { ShownOutput } from './shown-output.js';
import { SshKeyPipe, withSshAgent } from './ssh-key-pipe.js';
import type { FinalStatus, StatusMessage } from './statuses.js';
import { exitCode, RC_ENDED, RC_NOT_FOUND } from './exit-codes.js';
import { TerminalProcess, type ProcessEnd } from './terminal-process.js';

/** Time a job gets between SIGTERM and SIGKILL, in ms. */
export const GRACE_MS = 5000;

/** Longest path of a unix socket that every system takes. */
const MAX_SOCKET_PATH = 103;

/** Name of the socket for events in the private folder. */
const EVENT_SOCKET = 'events';

/** How a job ended. */
export interface JobEnd {
  readonly status: FinalStatus;
  readonly rc: number;
  readonly stats: RunStats | undefined;
}

/**
 * One execution of a plan. Owns the process, the artifact folder and the private folder of the run; all of
 * them are released when {@link run} settles.
 */
export class Job {
  readonly #plan: JobPlan;
  readonly #options: RunOptions;
  readonly #sinks: PluginSinks;
  readonly #feed: EventFeed | undefined;
  /** Why the job is being ended early; the first reason stays. */
  #endedAs: 'canceled' | 'timeout' | 'handler' | undefined;
  #failure: Error | undefined;
  /** Ends the process; set while there is one. */
  #kill: (() => void) | undefined;
  /** How the process ended, if there was one. */
  #processEnd: ProcessEnd | undefined;
  #lastOutput = Date.now();
  /** The process is held back, because the events it made are not handled yet. */
  #held = false;

  /**
   * @param sinks get statuses and events; closing them is left to the caller
   * @param feed is told of each event's file
   */
  constructor(plan: JobPlan, options: RunOptions, sinks: PluginSinks, feed: EventFeed | undefined) {
    this.#plan = plan;
    this.#options = options;
    this.#sinks = sinks;
    this.#feed = feed;
  }

  /**
   * Runs the job to its end. `status` and `rc` are written whatever happens after the artifact folder was made.
   *
   * @throws CallbackError when a handler threw; whatever the file system threw.
   */
  async run(): Promise<JobEnd> {
    const { artifactDir, artifactRoot, ident } = this.#plan;
    const prompts = compilePrompts(this.#plan.passwords, 'passwords');
    const python = await findPython(this.#plan.env.PATH ?? process.env.PATH ?? '');
    const artifacts = await ArtifactFolder.create(artifactDir);
    let privateDir: string | undefined;
    // A signal of the caller's may be that of many runs, and too many listeners make Node warn.
    const signal = this.#options.signal && AbortSignal.any([this.#options.signal]);
    const cancel = () => this.#end('canceled');
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted === true) cancel();
    let end: JobEnd = { status: 'failed', rc: RC_ENDED, stats: undefined };
    let enclosure: Enclosure | undefined;
    try {
      privateDir = await makePrivateDir();
      const { isolation } = this.#plan;
      const cwd = isolation.workIn(this.#plan.cwd);
      const pathOf = (path: string) => isolation.pathOf(path);
      const places = { root: pathOf(this.#plan.root), cwd, privateDir, pathOf };
      await writePrivateFiles(this.#plan.privateFiles, privateDir, places);
      enclosure = await isolation.enter({
        command: this.#command(places),
        env: { ...this.#plan.env, RUNNER_EVENT_SOCKET: join(privateDir, EVENT_SOCKET) },
        privateDir,
        python,
      });
      const { command } = enclosure;
      const env = shownEnvironment(enclosure.jobEnv, this.#plan.envSetByRun);
      await this.#tell({
        status: 'starting',
        runner_ident: ident,
        command,
        env,
        cwd,
      });
      await artifacts.writeCommand(command, cwd, env);
      const keep = this.#options.rotateArtifacts ?? 0;
      if (keep > 0) await rotateArtifacts(artifactRoot, keep, ident);
      if (!this.#plan.settings.suppressOutputFile) await artifacts.openOutput();
      await this.#tell({ status: 'running', runner_ident: ident });
      end = await this.#execute(enclosure, privateDir, artifacts, prompts, python);
      await this.#tell({ status: end.status, runner_ident: ident });
    } catch (error) {
      this.#failure ??= asError(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      await enclosure?.leave(this.#processEnd, this.#endedAs !== undefined);
      // It may hold secrets.
      if (privateDir !== undefined) await rm(privateDir, { recursive: true, force: true });
      await artifacts.finish(end.status, end.rc).catch((error: unknown) => {
        this.#failure ??= asError(error);
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
    return end;
  }

  #command(places: Places): string[] {
    const command = this.#plan.command(places);
    return this.#plan.sshKey === undefined
      ? command
      : withSshAgent(command, places.pathOf(join(this.#plan.artifactDir, 'ssh_key_data')));
  }

  async #tell(message: StatusMessage): Promise<void> {
    this.#sinks.status(message);
    if (this.#options.onStatus === undefined) return;
    try {
      await this.#options.onStatus(message);
    } catch (error) {
      throw new CallbackError('the status handler', error);
    }
  }

  async #execute(
    enclosure: Enclosure,
    privateDir: string,
    artifacts: ArtifactFolder,
    prompts: ReturnType<typeof compilePrompts>,
    python: string,
  ): Promise<JobEnd> {
    const plan = this.#plan;
    const socket = join(privateDir, EVENT_SOCKET);
    const channel = await (plan.isolation.eventsBy === 'pipe'
      ? EventChannel.openPipes(socket)
      : EventChannel.open(socket));
    const assembler = new EventAssembler(plan.ident, channel);
    let process: TerminalProcess | undefined;
    const pump = new EventPump(assembler, this.#destination(artifacts), this.#options.onEvent, {
      pause: () => {
        this.#held = true;
        process?.pause();
      },
      resume: () => {
        if (this.#held) this.#lastOutput = Date.now();
        this.#held = false;
        process?.resume();
      },
      failed: (error) => this.#fail(error),
    });
    const gatherer = new SegmentGatherer((segment) => pump.push(segment));
    let key: SshKeyPipe | undefined;
    try {
      if (this.#endedAs !== undefined) return this.#ended(RC_ENDED, assembler.stats);
      const { command, env, cwd } = enclosure;
      const program =
        enclosure.program ?? (await resolveCommand(command[0] ?? '', env.PATH ?? '', cwd));
      if (program === undefined) {
        gatherer.text(
          Buffer.from(`The command was not found or was not executable: ${String(command[0])}.\n`),
        );
        await pump.idle();
        return this.#ended(RC_NOT_FOUND, assembler.stats);
      }
      if (plan.sshKey !== undefined)
        key = await SshKeyPipe.open(join(plan.artifactDir, 'ssh_key_data'), plan.sshKey);
      const watcher = new PromptWatcher(prompts);
      const splitter = new MarkSplitter(channel.secret, {
        text: (bytes) => {
          gatherer.text(bytes);
          for (const answer of watcher.answersTo(bytes)) process?.write(`${answer}\n`);
        },
        begin: (uuid) => gatherer.begin(uuid),
        end: () => gatherer.end(),
      });
      process = await TerminalProcess.start(
        {
          program,
          argv: command,
          cwd,
          env,
          python,
        },
        (bytes) => {
          this.#lastOutput = Date.now();
          splitter.push(bytes);
        },
      );
      const rc = await this.#supervise(process, enclosure);
      splitter.close();
      gatherer.end();
      // The plugin is gone with the process; whoever else may keep its connection open is not waited for.
      const giveUp = setTimeout(() => channel.close(), GRACE_MS);
      await pump.idle();
      clearTimeout(giveUp);
      return this.#ended(rc, assembler.stats);
    } finally {
      await key?.close();
      channel.close();
    }
  }

  /** Waits for the process, ends it when a limit is reached or somebody asked for it, and says its rc. */
  async #supervise(process: TerminalProcess, enclosure: Enclosure): Promise<number> {
    const timers: NodeJS.Timeout[] = [];
    let killed: Promise<void> | undefined;
    const kill = () => {
      if (killed !== undefined) return;
      enclosure.end();
      killed = endTree(process.pid, process.ended, GRACE_MS);
    };
    this.#kill = kill;
    if (this.#endedAs !== undefined) kill();
    const { jobTimeout, settings } = this.#plan;
    if (jobTimeout !== undefined)
      timers.push(setTimeout(() => this.#end('timeout'), Math.min(jobTimeout * 1000, 2 ** 31 - 1)));
    const idle = settings.idleTimeout;
    if (idle !== undefined) {
      this.#lastOutput = Date.now();
      const check = () => {
        const silent = this.#held ? 0 : Date.now() - this.#lastOutput;
        const left = idle * 1000 - silent;
        if (left <= 0) this.#end('timeout');
        else timers.push(setTimeout(check, Math.min(left, 2 ** 31 - 1)));
      };
      check();
    }
    // What limits the job does not limit those who handle its last events.
    void process.ended.then(() => {
      for (const timer of timers) clearTimeout(timer);
    });
    try {
      this.#processEnd = await process.finished();
      return exitCode(this.#processEnd);
    } finally {
      this.#kill = undefined;
      await killed;
    }
  }

  #end(reason: 'canceled' | 'timeout' | 'handler'): void {
    this.#endedAs ??= reason;
    this.#kill?.();
  }

  #fail(error: unknown): void {
    this.#failure ??= asError(error);
    this.#end('handler');
  }

  #ended(rc: number, stats: RunStats | undefined): JobEnd {
    switch (this.#endedAs) {
      case 'canceled':
      case 'timeout':
        return { status: this.#endedAs, rc: RC_ENDED, stats };
      case 'handler':
        return { status: 'failed', rc: RC_ENDED, stats };
      case undefined:
        return { status: rc === 0 ? 'successful' : 'failed', rc, stats };
    }
  }

  #destination(artifacts: ArtifactFolder) {
    const { output: sink } = this.#options;
    const output =
      sink === undefined || this.#plan.settings.suppressAnsibleOutput
        ? undefined
        : new ShownOutput(sink);
    const asJson = this.#options.jsonMode === true;
    return {
      record: (event: EventRecord, withFile: boolean): void | Promise<void> => {
        if (!this.#sinks.none) this.#sinks.event(JSON.parse(event.json) as RunEvent, event.json);
        if (withFile) {
          artifacts.writeEvent(event.counter, event.uuid, event.json);
          this.#feed?.written({
            counter: event.counter,
            name: `${event.counter}-${event.uuid}.json`,
          });
        }
        const text = asJson ? `${event.json}\n` : event.shown;
        artifacts.appendStdout(text);
        return output?.show(text);
      },
    };
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function makePrivateDir(): Promise<string> {
  const here = join(tmpdir(), 'runner-XXXXXX', 'events').length <= MAX_SOCKET_PATH;
  return mkdtemp(join(here ? tmpdir() : '/tmp', 'runner-'));
}
