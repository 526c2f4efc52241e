import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Termination } from './termination.js';
import { endReason } from './process/end-reason.js';
import type { ErrorOutput } from './process/error-output.js';
import { EventDataError, InputError } from './errors.js';
import { EventAssembler } from './events/event-assembler.js';
import { EventChannel } from './events/event-channel.js';
import { EventPump, type EventDestination } from './events/event-pump.js';
import { checked, withoutSecrets } from './events/event-sources.js';
import type { RunStats } from './events/events.js';
import { resolveCommand } from './plan/executables.js';
import { exitCode, RC_ENDED, RC_NOT_FOUND } from './process/exit-codes.js';
import type { IsolatedJob } from './isolation/isolation.js';
import { JobLimits } from './plan/job-limits.js';
import type { JobPlan } from './plan/job-plan.js';
import { MarkSplitter } from './process/mark-splitter.js';
import { MaskedSegments } from './secrets/masked-segments.js';
import { SegmentGatherer, type Segment } from './process/output-segments.js';
import { OutputTail } from './process/output-tail.js';
import { PromptWatcher, type PromptAnswer } from './inputs/password-prompts.js';
import { PipedProcess } from './process/piped-process.js';
import { removeReadFiles } from './artifacts/private-files.js';
import { endTree } from './process/process-tree.js';
import type { EventHandler } from './inputs/run-options.js';
import { SshKeyPipe } from './secrets/ssh-key-pipe.js';
import type { TerminalLauncher } from './process/terminal-launcher.js';
import type { JobProcess, ProcessEnd } from './process/terminal-process.js';
import { relayedPrompt, waitingPrompt } from './process/waiting-prompt.js';

/** Time a job gets between SIGTERM and SIGKILL, in ms. */
export const GRACE_MS = 5000;

/** Name of the socket for events in the private folder. */
export const EVENT_SOCKET = 'events';

/** What an execution works with; nothing in it changes. */
export interface ExecutionParts {
  readonly plan: JobPlan;
  readonly isolatedJob: IsolatedJob;
  /** Absolute path of the run's private folder. */
  readonly privateDir: string;
  /** Path of the FIFO that a key is handed over by. */
  readonly keyPath: string;
  /** Value of the variable that marks the job's processes. */
  readonly mark: string;
  /** Becomes the job, unless that runs on pipes. */
  readonly launcher: TerminalLauncher | undefined;
  readonly prompts: readonly PromptAnswer[];
  readonly destination: EventDestination;
  /** Takes what is written to standard error when that is apart. */
  readonly errors: ErrorOutput;
  readonly onEvent: EventHandler | undefined;
  readonly checkEventData: boolean;
  readonly termination: Termination;
  readonly failed: (error: unknown) => void;
  readonly log: (line: string) => void;
}

/**
 * The process of a job, from its start to the last of its events. Owns the process and the way of its events.
 *
 * See docs/decisions/0032-the-private-data-dir-is-read-only.md
 * and docs/decisions/0063-what-an-event-costs.md.
 */
export class JobExecution {
  readonly #parts: ExecutionParts;
  readonly #limits: JobLimits;
  readonly #tail = new OutputTail();
  #process: JobProcess | undefined;
  #processEnd: ProcessEnd | undefined;
  #stats: RunStats | undefined;
  /** Why there was no process. */
  #notStarted: string | undefined;
  /** Whether an event has begun. */
  #begun = false;

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
    const { jobTimeout, settings, streams } = parts.plan;
    const { idleTimeout, promptTimeout } = settings;
    // What goes past the runner is not known to it.
    const seen = streams?.stdout === undefined && streams?.stderr === undefined;
    const limits = {
      job: jobTimeout,
      idle: seen ? idleTimeout : undefined,
      prompt: streams === undefined ? promptTimeout : undefined,
    };
    this.#limits = new JobLimits(limits, parts.termination);
  }

  /** The recap, once it was seen. */
  get stats(): RunStats | undefined {
    return this.#stats;
  }

  /** How the process ended, if there was one. */
  get processEnd(): ProcessEnd | undefined {
    return this.#processEnd;
  }

  /** Why the process ended with an error, if it did so before the recap; without secrets. */
  get whyEnded(): string | undefined {
    if (this.#stats !== undefined) return undefined;
    const reason = this.#notStarted ?? endReason(this.#processEnd, this.#tail.whole);
    return reason && (this.#parts.plan.mask?.hide(reason) ?? reason);
  }

  /** Runs the process to its end and resolves with its rc when everything it printed was handled. */
  async run(): Promise<number> {
    const { plan, privateDir, termination } = this.#parts;
    const socket = join(privateDir, EVENT_SOCKET);
    const channel = await (plan.isolation.eventsBy === 'pipe'
      ? EventChannel.openPipes(socket)
      : EventChannel.open(socket));
    const assembler = this.#assembler(channel);
    const pump = this.#pump(assembler);
    const push = (segment: Segment) => pump.push(segment);
    const masked = plan.mask && new MaskedSegments(plan.mask, push);
    const gatherer = new SegmentGatherer((segment) =>
      masked === undefined ? push(segment) : masked.push(segment),
    );
    let key: SshKeyPipe | undefined;
    try {
      if (termination.requested) return RC_ENDED;
      const program = await this.#program();
      if (program === undefined) {
        const name = String(this.#parts.isolatedJob.command[0]);
        this.#notStarted = `The command was not found or was not executable: ${name}.`;
        gatherer.text(Buffer.from(`${this.#notStarted}\n`));
        await pump.idle();
        return RC_NOT_FOUND;
      }
      if (plan.sshKey !== undefined) key = await SshKeyPipe.open(this.#parts.keyPath, plan.sshKey);
      const splitter = this.#splitter(channel.secret, gatherer);
      const process = await this.#start(program, splitter);
      const rc = await this.#supervise(process);
      splitter.close();
      gatherer.end();
      await this.#parts.errors.end();
      // The plugin is gone with the process; whoever else may keep its connection open is not waited for.
      const giveUp = setTimeout(() => channel.close(), GRACE_MS);
      await pump.idle();
      clearTimeout(giveUp);
      return rc;
    } finally {
      this.#stats = assembler.stats;
      await key?.close();
      channel.close();
    }
  }

  async #program(): Promise<string | undefined> {
    const { program, command, env, cwd } = this.#parts.isolatedJob;
    return program ?? (await resolveCommand(command[0] ?? '', env.PATH ?? '', cwd));
  }

  #assembler(channel: EventChannel): EventAssembler {
    const { plan, termination, checkEventData, failed } = this.#parts;
    const safe = plan.mask === undefined ? channel : withoutSecrets(channel, plan.mask);
    const source = !checkEventData
      ? safe
      : checked(safe, (uuid) => {
          // One that is being ended may be cut off in an event.
          if (!termination.requested) failed(new EventDataError(uuid));
        });
    return new EventAssembler(plan.ident, source);
  }

  #pump(assembler: EventAssembler): EventPump {
    const { destination, onEvent, failed } = this.#parts;
    return new EventPump(assembler, destination, onEvent, {
      pause: () => {
        this.#limits.hold();
        this.#process?.pause();
      },
      resume: () => {
        this.#limits.release();
        this.#process?.resume();
      },
      failed,
    });
  }

  #splitter(secret: string, gatherer: SegmentGatherer): MarkSplitter {
    const watcher = new PromptWatcher(this.#parts.prompts);
    return new MarkSplitter(secret, {
      text: (bytes) => {
        gatherer.text(bytes);
        this.#tail.push(bytes);
        this.#answer(watcher, bytes);
      },
      begin: (uuid) => {
        if (!this.#begun) this.#removeReadFiles();
        gatherer.begin(uuid);
      },
      end: () => gatherer.end(),
    });
  }

  #answer(watcher: PromptWatcher, bytes: Buffer): void {
    try {
      for (const { answer, source } of watcher.answersTo(bytes)) {
        this.#parts.log(`a prompt matches ${source}: it is answered`);
        this.#process?.type(`${answer}\n`);
      }
    } catch (error) {
      this.#parts.failed(error);
    }
  }

  /** With the first event Ansible's plugins are loaded. Should the runner be killed later, what was read is gone. */
  #removeReadFiles(): void {
    this.#begun = true;
    const { plan, privateDir, failed } = this.#parts;
    removeReadFiles(plan.privateFiles, privateDir).catch(failed);
  }

  async #start(program: string, splitter: MarkSplitter): Promise<JobProcess> {
    const { plan, isolatedJob, errors, launcher, log, failed } = this.#parts;
    const { command, env, cwd } = isolatedJob;
    const started = { program, argv: command, cwd, env };
    const onOutput = (bytes: Buffer) => {
      this.#limits.output();
      splitter.push(bytes);
    };
    const onError = (bytes: Buffer) => {
      this.#limits.output();
      this.#tail.push(bytes);
      return errors.take(bytes);
    };
    this.#process =
      launcher === undefined
        ? await PipedProcess.start(started, plan.streams ?? {}, onOutput, onError, (error) =>
            failed(new InputError(error)),
          )
        : await launcher.become(started, onOutput);
    log(`process ${this.#process.pid} was started: ${program}`);
    return this.#process;
  }

  /** Waits for the process, ends it when a limit is reached or somebody asked for it, and says its rc. */
  async #supervise(process: JobProcess): Promise<number> {
    const { plan, isolatedJob, mark, termination, log } = this.#parts;
    let killed: Promise<void> | undefined;
    termination.by(() => {
      if (killed !== undefined) return;
      isolatedJob.end();
      killed = endTree({ leader: process.pid, mark }, process.ended, GRACE_MS);
      log(`process ${process.pid} and all its children are being ended`);
    });
    this.#limits.start(async () => {
      const found = plan.isolation.relaysTerminal
        ? relayedPrompt(this.#tail.text)
        : await waitingPrompt(process, this.#tail.text);
      return found && (plan.mask?.hide(found) ?? found);
    });
    void process.ended.then(() => this.#limits.stop());
    try {
      this.#processEnd = await process.finished();
      // Whoever ends a whole tree sends a signal to this process first, and then to the job. That of this process is heard
      // after what else has happened meanwhile, in one turn of the event loop or the next, and says why the job ended.
      for (let turn = 0; turn < 2; turn++) await setImmediate();
      const rc = exitCode(this.#processEnd);
      log(`process ${process.pid} has ended with ${rc}`);
      return rc;
    } finally {
      termination.by(undefined);
      await killed;
    }
  }
}
