import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Termination } from './termination.js';
import { endReason } from './process/end-reason.js';
import type { ErrorOutput } from './process/output/error-output.js';
import { InputError } from './errors.js';
import { EventPipeline } from './events/event-pipeline.js';
import type { EventDestination } from './events/event-pump.js';
import type { RunStats } from './events/events.js';
import { resolveCommand } from './plan/executables.js';
import { exitCode, RC_ENDED, RC_NOT_FOUND } from './process/exit-codes.js';
import type { IsolatedJob } from './isolation/isolation.js';
import { JobLimits } from './plan/job-limits.js';
import type { JobPlan } from './plan/job-plan.js';
import type { OutputTail } from './process/output/output-tail.js';
import { PromptWatcher, type PromptAnswer } from './inputs/password-prompts.js';
import { PipedProcess } from './process/piped-process.js';
import { removeReadFiles } from './artifacts/private-files.js';
import { endTree } from './process/process-tree.js';
import type { EventHandler } from './inputs/run-options.js';
import { SshKeyPipe } from './secrets/ssh-key-pipe.js';
import type { TerminalLauncher } from './process/terminal/terminal-launcher.js';
import type { JobProcess, ProcessEnd } from './process/terminal/terminal-process.js';
import { relayedPrompt, waitingPrompt } from './process/output/waiting-prompt.js';

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
 * The process of a job, from its start to the last of its events: starts it, watches over its limits, ends it. Owns the
 * process, and the {@link EventPipeline} that its output goes into.
 *
 * See docs/decisions/0032-the-private-data-dir-is-read-only.md.
 */
export class JobExecution {
  readonly #parts: ExecutionParts;
  readonly #limits: JobLimits;
  readonly #prompts: PromptWatcher;
  #pipeline: EventPipeline | undefined;
  #process: JobProcess | undefined;
  #processEnd: ProcessEnd | undefined;
  /** Why there was no process. */
  #notStarted: string | undefined;

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
    this.#prompts = new PromptWatcher(parts.prompts);
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
    return this.#pipeline?.stats;
  }

  /** How the process ended, if there was one. */
  get processEnd(): ProcessEnd | undefined {
    return this.#processEnd;
  }

  /** Why the process ended with an error, if it did so before the recap; without secrets. */
  get whyEnded(): string | undefined {
    if (this.stats !== undefined) return undefined;
    const printed = this.#pipeline?.tail.whole ?? '';
    const reason = this.#notStarted ?? endReason(this.#processEnd, printed);
    return reason && (this.#parts.plan.mask?.hide(reason) ?? reason);
  }

  /** Runs the process to its end and resolves with its rc when everything it printed was handled. */
  async run(): Promise<number> {
    const { plan, termination } = this.#parts;
    const pipeline = await this.#openPipeline();
    this.#pipeline = pipeline;
    let key: SshKeyPipe | undefined;
    try {
      if (termination.requested) return RC_ENDED;
      const program = await this.#program();
      if (program === undefined) {
        const name = String(this.#parts.isolatedJob.command[0]);
        this.#notStarted = `The command was not found or was not executable: ${name}.`;
        await pipeline.notice(this.#notStarted);
        return RC_NOT_FOUND;
      }
      if (plan.sshKey !== undefined) key = await SshKeyPipe.open(this.#parts.keyPath, plan.sshKey);
      const process = await this.#start(program, pipeline);
      const rc = await this.#supervise(process, pipeline.tail);
      await pipeline.end(GRACE_MS);
      return rc;
    } finally {
      await key?.close();
      pipeline.close();
    }
  }

  async #program(): Promise<string | undefined> {
    const { program, command, env, cwd } = this.#parts.isolatedJob;
    return program ?? (await resolveCommand(command[0] ?? '', env.PATH ?? '', cwd));
  }

  #openPipeline(): Promise<EventPipeline> {
    const { plan, privateDir, destination, errors, onEvent, checkEventData } = this.#parts;
    const { termination, failed } = this.#parts;
    return EventPipeline.open({
      plan,
      eventsBy: plan.isolation.eventsBy,
      socket: join(privateDir, EVENT_SOCKET),
      onEvent,
      destination,
      errors,
      flow: {
        pause: () => {
          this.#limits.hold();
          this.#process?.pause();
        },
        resume: () => {
          this.#limits.release();
          this.#process?.resume();
        },
        failed,
      },
      checkEventData,
      isEnding: () => termination.requested,
      onText: (bytes) => this.#answerPrompts(bytes),
      // Ansible's plugins are loaded by then. Should the runner be killed later, what was read is gone.
      onFirstEvent: () => {
        removeReadFiles(plan.privateFiles, privateDir).catch(failed);
      },
    });
  }

  #answerPrompts(bytes: Buffer): void {
    try {
      for (const { answer, source } of this.#prompts.answersTo(bytes)) {
        this.#parts.log(`a prompt matches ${source}: it is answered`);
        this.#process?.type(`${answer}\n`);
      }
    } catch (error) {
      this.#parts.failed(error);
    }
  }

  async #start(program: string, pipeline: EventPipeline): Promise<JobProcess> {
    const { plan, isolatedJob, launcher, log, failed } = this.#parts;
    const { command, env, cwd } = isolatedJob;
    const started = { program, argv: command, cwd, env };
    const onOutput = (bytes: Buffer) => {
      this.#limits.output();
      pipeline.output(bytes);
    };
    const onError = (bytes: Buffer) => {
      this.#limits.output();
      return pipeline.errorOutput(bytes);
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

  /** Waits for the process, ends it when a limit is reached or its caller wants so, and returns its rc. */
  async #supervise(process: JobProcess, tail: OutputTail): Promise<number> {
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
        ? relayedPrompt(tail.text)
        : await waitingPrompt(process, tail.text);
      return found && (plan.mask?.hide(found) ?? found);
    });
    void process.ended.then(() => this.#limits.stop());
    try {
      this.#processEnd = await process.finished();
      // A caller that ends a whole tree signals this process first, and then the job. The signal of this process arrives
      // behind what else has happened meanwhile, in one turn of the event loop or the next, and says why the job ended.
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
