import { errorText } from '@receptorjs/primitives';
import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandLineOptions } from './command-line/command-line-options.js';
import { UsageError } from './command-line/usage.js';

/** Where the command line wants what the runner does to be shown. The file's path is absolute afterwards. */
export function logOptions({ debug, logfile }: CommandLineOptions): {
  readonly debug: boolean;
  readonly logfile?: string;
} {
  return {
    debug: debug === true,
    ...(logfile !== undefined && { logfile: resolve(logfile) }),
  };
}

/**
 * What `--debug` and `--logfile` show. Owns the open file; lines are written to it at once, so that they are there
 * whatever happens next.
 */
export class RunnerLog {
  readonly #show: ((line: string) => void) | undefined;
  #file: number | undefined;

  private constructor(show: ((line: string) => void) | undefined, file: number | undefined) {
    this.#show = show;
    this.#file = file;
  }

  /**
   * @param show gets each line when `debug` is set
   * @throws {UsageError} when the file can't be written to.
   */
  static open(
    { debug, logfile }: { readonly debug: boolean; readonly logfile?: string },
    show: (line: string) => void,
  ): RunnerLog {
    try {
      const file = logfile === undefined ? undefined : openSync(logfile, 'a', 0o600);
      return new RunnerLog(debug ? show : undefined, file);
    } catch (error) {
      throw new UsageError(`--logfile: ${errorText(error)}`, 1);
    }
  }

  /** Whether the lines go anywhere. */
  get wanted(): boolean {
    return this.#show !== undefined || this.#file !== undefined;
  }

  line(text: string): void {
    this.#show?.(text);
    if (this.#file !== undefined) writeSync(this.#file, `${new Date().toISOString()} ${text}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
