import { onAbort, quoteShellWord } from '@receptorjs/primitives';
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rotateArtifacts } from './artifacts/artifact-rotation.js';
import { ArtifactFolder } from './artifacts/artifacts.js';
import { Termination, type JobVerdict } from './termination.js';
import { ErrorOutput } from './process/output/error-output.js';
import { CallbackError } from './errors.js';
import type { EventFeed } from './events/event-feed.js';
import { EventRecorder } from './events/event-recorder.js';
import type { RunStats } from './events/events.js';
import { RC_ENDED } from './process/exit-codes.js';
import type { IsolatedJob } from './isolation/isolation.js';
import { EVENT_SOCKET, JobExecution } from './job-execution.js';
import type { JobPlan } from './plan/job-plan.js';
import { compilePrompts } from './inputs/password-prompts.js';
import type { PluginSinks } from './events/plugin-sinks.js';
import { writePrivateFiles, type Places } from './artifacts/private-files.js';
import { openTerminal } from './process/terminal/open-terminal.js';
import { JOB_MARK } from './process/process-table.js';
import { copyProject, removeTree } from './inputs/project-copy.js';
import { findPython } from './python-assets.js';
import type { OutputSink, RunOptions } from './inputs/run-options.js';
import { shownEnvironment } from './secrets/shown-environment.js';
import { ShownOutput } from './events/shown-output.js';
import { withSshAgent } from './secrets/ssh-key-pipe.js';
import type { TerminalLauncher } from './process/terminal/terminal-launcher.js';
import type { StatusMessage } from './statuses.js';

/** Longest path of a unix socket that every system takes. */
const MAX_SOCKET_PATH = 103;

/** Options of a run, and where errors are shown that are apart from output. */
export interface JobOptions extends RunOptions {
  readonly errorOutput?: OutputSink;
}

/** How a job ended. */
export interface JobEnd extends JobVerdict {
  readonly stats: RunStats | undefined;
}

/** What a job needs that is made for it alone. */
interface JobContext {
  /** Absolute path of the run's private folder. */
  readonly privateDir: string;
  readonly python: string;
  /** Waits to become the job, when that runs on a terminal. */
  readonly launcher: TerminalLauncher | undefined;
  /** Value of the variable that marks the job's processes. */
  readonly mark: string;
}

/**
 * One execution of a plan. Owns the artifact folder, the private folder of the run and the copy of the project; the
 * latter two are gone when {@link run} settles.
 */
export class Job {
  readonly #plan: JobPlan;
  readonly #options: JobOptions;
  readonly #sinks: PluginSinks;
  readonly #feed: EventFeed | undefined;
  readonly #terminal: TerminalLauncher | undefined;
  readonly #termination = new Termination();
  #failure: Error | undefined;
  #isolatedJob: IsolatedJob | undefined;
  #execution: JobExecution | undefined;
  /** Folders that are removed in the end. */
  readonly #temporary: string[] = [];

  /**
   * @param sinks get statuses and events; closing them is left to the caller
   * @param feed gets each event's file
   * @param terminal is used rather than one that the job opens, if it runs on one
   */
  constructor(
    plan: JobPlan,
    options: JobOptions,
    sinks: PluginSinks,
    feed: EventFeed | undefined,
    terminal?: TerminalLauncher,
  ) {
    this.#plan = plan;
    this.#options = options;
    this.#sinks = sinks;
    this.#feed = feed;
    this.#terminal = terminal;
  }

  /**
   * Runs the job to its end. `status` and `rc` are written whatever happens after the artifact folder was made.
   *
   * @throws {CallbackError} when a handler threw; EventDataError; whatever the file system threw.
   */
  async run(): Promise<JobEnd> {
    const prompts = compilePrompts(this.#plan.passwords, 'passwords');
    const python = await findPython(this.#plan.env.PATH ?? process.env.PATH ?? '');
    const artifacts = await ArtifactFolder.create(this.#plan.artifactDir, this.#plan.artifactRoot);
    let launcher: TerminalLauncher | undefined;
    // A signal of the caller's may be that of many runs, and too many listeners make Node warn.
    const signal = this.#options.signal && AbortSignal.any([this.#options.signal]);
    const stopListening = onAbort(signal, () => this.#termination.end('canceled'));
    let verdict: JobVerdict = { status: 'failed', rc: RC_ENDED };
    let reported = false;
    try {
      if (this.#plan.streams === undefined) launcher = this.#terminal ?? openTerminal(python);
      const mark = randomBytes(16).toString('hex');
      const context = { privateDir: await this.#makePrivateDir(), python, launcher, mark };
      const isolatedJob = await this.#isolate(context);
      await this.#begin(isolatedJob, artifacts);
      this.#execution = this.#execute(isolatedJob, context, artifacts, prompts);
      const rc = await this.#execution.run();
      verdict = this.#termination.verdict(rc, this.#execution.whyEnded);
      reported = true;
      await this.#reportStatus({
        status: verdict.status,
        runner_ident: this.#plan.ident,
        ...(verdict.explanation !== undefined && { job_explanation: verdict.explanation }),
      });
    } catch (error) {
      this.#failure ??= asError(error);
      // A plugin's receiver learns the run's end here, and nowhere else.
      if (!reported) this.#sinks.status({ status: verdict.status, runner_ident: this.#plan.ident });
    } finally {
      stopListening();
      launcher?.close();
      await this.#release().catch((error: unknown) => {
        this.#failure ??= asError(error);
      });
      try {
        artifacts.finish(verdict.status, verdict.rc);
      } catch (error) {
        this.#failure ??= asError(error);
      }
      const why = verdict.explanation ?? (this.#failure && this.#hide(this.#failure.message));
      this.#log(`the run has ended: ${verdict.status}, rc ${verdict.rc}${why ? `: ${why}` : ''}`);
    }
    if (this.#failure !== undefined) throw this.#failure;
    return { ...verdict, stats: this.#execution?.stats };
  }

  /** Makes what the job finds when it starts. */
  async #isolate({ privateDir, python, mark }: JobContext): Promise<IsolatedJob> {
    const { isolation, root, env, privateFiles } = this.#plan;
    const cwd = isolation.workIn(await this.#workingFolder());
    const pathOf = (path: string) => isolation.pathOf(path);
    const places = { root: pathOf(root), cwd, privateDir, pathOf };
    await writePrivateFiles(privateFiles, privateDir, places);
    this.#isolatedJob = await isolation.isolate({
      command: this.#command(places),
      env: {
        ...env,
        RUNNER_EVENT_SOCKET: join(privateDir, EVENT_SOCKET),
        // A run inside of a run belongs to both.
        [JOB_MARK]: [env[JOB_MARK], mark].filter((one) => one).join(':'),
      },
      privateDir,
      python,
    });
    return this.#isolatedJob;
  }

  async #workingFolder(): Promise<string> {
    const { cwd, projectCopy, artifactRoot } = this.#plan;
    if (projectCopy === undefined) return cwd;
    const copy = await copyProject(cwd, projectCopy.base, [artifactRoot]);
    if (projectCopy.cleanup) this.#temporary.push(copy);
    return copy;
  }

  #command(places: Places): string[] {
    const command = this.#plan.command(places);
    return this.#plan.sshKey === undefined
      ? command
      : withSshAgent(command, places.pathOf(this.#keyPath));
  }

  get #keyPath(): string {
    return join(this.#plan.artifactDir, 'ssh_key_data');
  }

  /** Says and records what is about to run. */
  async #begin({ command, jobEnv, cwd }: IsolatedJob, artifacts: ArtifactFolder): Promise<void> {
    const { ident, artifactRoot, envSetByRun, settings } = this.#plan;
    const shown = command.map((word) => this.#hide(word));
    const env = Object.fromEntries(
      Object.entries(shownEnvironment(jobEnv, envSetByRun)).map(([key, value]) => [
        key,
        this.#hide(value),
      ]),
    );
    this.#log(`the run ${ident} begins: ${shown.map(quoteShellWord).join(' ')}`);
    this.#log(`working folder: ${cwd}`);
    await this.#reportStatus({ status: 'starting', runner_ident: ident, command: shown, env, cwd });
    artifacts.writeCommand(shown, cwd, env);
    const keep = this.#options.rotateArtifacts ?? 0;
    if (keep > 0) await rotateArtifacts(artifactRoot, keep, ident);
    if (!settings.suppressOutputFile) artifacts.openOutput();
    await this.#reportStatus({ status: 'running', runner_ident: ident });
  }

  #execute(
    isolatedJob: IsolatedJob,
    context: JobContext,
    artifacts: ArtifactFolder,
    prompts: ReturnType<typeof compilePrompts>,
  ): JobExecution {
    const { output, errorOutput, jsonMode, onEvent, checkJobEventData } = this.#options;
    const silent = output === undefined || this.#plan.settings.suppressAnsibleOutput;
    return new JobExecution({
      ...context,
      plan: this.#plan,
      isolatedJob,
      keyPath: this.#keyPath,
      prompts,
      destination: new EventRecorder({
        artifacts,
        sinks: this.#sinks,
        feed: this.#feed,
        output: silent ? undefined : new ShownOutput(output),
        asJson: jsonMode === true,
        asLog: this.#plan.settings.eventLog,
      }),
      errors: new ErrorOutput(artifacts, errorOutput, this.#plan.mask),
      onEvent,
      checkEventData: checkJobEventData === true,
      termination: this.#termination,
      failed: (error) => this.#fail(error),
      log: (line) => this.#log(line),
    });
  }

  async #reportStatus(message: StatusMessage): Promise<void> {
    this.#sinks.status(message);
    if (this.#options.onStatus === undefined) return;
    try {
      await this.#options.onStatus(message);
    } catch (error) {
      throw new CallbackError('the status handler', error);
    }
  }

  async #makePrivateDir(): Promise<string> {
    const here = join(tmpdir(), 'runner-XXXXXX', EVENT_SOCKET).length <= MAX_SOCKET_PATH;
    const folder = await mkdtemp(join(here ? tmpdir() : '/tmp', 'runner-'));
    this.#temporary.push(folder);
    return folder;
  }

  async #release(): Promise<void> {
    try {
      await this.#isolatedJob?.leave(this.#execution?.processEnd, this.#termination.requested);
    } finally {
      await this.#removeTemporary();
    }
  }

  async #removeTemporary(): Promise<void> {
    for (const folder of this.#temporary) await removeTree(folder);
  }

  #hide(text: string): string {
    return this.#plan.mask?.hide(text) ?? text;
  }

  /** Ends the job because of an error that its caller will get. */
  #fail(error: unknown): void {
    this.#failure ??= asError(error);
    this.#termination.end('handler');
  }

  /** What throws here would otherwise end up wherever the runner was called from, a signal's listener among others. */
  #log(line: string): void {
    try {
      this.#options.onLog?.(line);
    } catch (error) {
      this.#fail(new CallbackError('the log handler', error));
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
