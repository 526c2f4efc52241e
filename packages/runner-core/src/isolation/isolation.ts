import type { ProcessEnd } from '../process/terminal/terminal-process.js';

/** A job that is about to start, as it would be without isolation. */
export interface OpenJob {
  readonly command: readonly string[];
  /** Everything the job's environment holds. */
  readonly env: Readonly<Record<string, string>>;
  /** The run's private folder; the job finds it at the same path. */
  readonly privateDir: string;
  /** Path of the Python that the runner uses itself. */
  readonly python: string;
}

/**
 * How a job that is shut in is started and ended. The caller that got one calls {@link leave} at last,
 * whatever happened to the process.
 */
export interface IsolatedJob {
  readonly command: readonly string[];
  /** Path of the program, when it is not looked for as the job would. */
  readonly program?: string;
  /** Environment of the job. */
  readonly jobEnv: Readonly<Record<string, string>>;
  /** Environment of the process that is started; for a container that is the engine's client. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder in which it is started. */
  readonly cwd: string;
  /** Ends what the process itself does not take along when it is ended. Returns at once. */
  end(): void;
  /**
   * Releases everything: after it nothing of the job is left.
   *
   * @param end how the process ended, or `undefined` when there never was one
   * @param termination whether the job was ended rather than ended by itself
   */
  leave(end: ProcessEnd | undefined, termination: boolean): Promise<void>;
}

/**
 * What a job is shut in. Made while a run is planned; {@link workIn} is called once before {@link isolate}, and that
 * once after every {@link pathOf}.
 */
export interface Isolation {
  /** Whether variables of this process reach the job. */
  readonly inheritsEnvironment: boolean;
  /** How events get out: a container may not be allowed to connect to a socket of this machine. */
  readonly eventsBy: 'socket' | 'pipe';
  /** Whether a program stands between the job and its terminal and reads the terminal all the time. */
  readonly relaysTerminal: boolean;
  /** Variables the job gets unless it sets them itself. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Where the job finds a file or folder of this machine. One outside of the private data dir is noted, so that it
   * will be there, unless there is none.
   *
   * @param made a folder that is made if need be
   * @throws {ConfigurationError} when it must not be shown.
   */
  pathOf(path: string, made?: 'made'): string;
  /** Takes `folder` of this machine as working folder; returns that as the job sees it. */
  workIn(folder: string): string;
  /**
   * Makes what has to be there and says how to start the job.
   *
   * @throws {ConfigurationError} when that can't be done; nothing is left behind then.
   */
  isolate(job: OpenJob): Promise<IsolatedJob>;
}

/** A job that is not shut in. */
export class NoIsolation implements Isolation {
  readonly inheritsEnvironment = true;
  readonly eventsBy = 'socket';
  readonly relaysTerminal = false;
  readonly environment = {};
  #cwd = '.';

  pathOf(path: string): string {
    return path;
  }

  workIn(folder: string): string {
    this.#cwd = folder;
    return folder;
  }

  isolate({ command, env }: OpenJob): Promise<IsolatedJob> {
    const nothing = () => undefined;
    return Promise.resolve({
      command,
      jobEnv: env,
      env,
      cwd: this.#cwd,
      end: nothing,
      leave: () => Promise.resolve(),
    });
  }
}
