import { ConfigurationError, type CommandRunOptions } from '@receptorjs/runner-core';

/**
 * How a command runs: `pexpect` on a terminal, where prompts are answered and errors stand amid the output, `subprocess` on
 * pipes, where they are apart.
 */
export type RunnerMode = 'pexpect' | 'subprocess';

/** Options all functions of this package have. */
export interface CommonOptions extends Omit<
  CommandRunOptions,
  'command' | 'streams' | 'privateDataDir'
> {
  /**
   * Folder with `env/` and for the artifacts; it is made if need be. Default: a temporary folder, which is removed when the
   * command has ended.
   */
  readonly privateDataDir?: string;
  /** Each function says its default. */
  readonly runnerMode?: RunnerMode;
}

/** @throws ConfigurationError for anything else, which can come from callers without types. */
export function checkedMode(mode: string | undefined): RunnerMode | undefined {
  if (mode === undefined || mode === 'pexpect' || mode === 'subprocess') return mode;
  throw new ConfigurationError(
    `Invalid runner mode ${mode}, valid value is either 'pexpect' or 'subprocess'`,
  );
}
