import { ConfigurationError, type CommandRunOptions } from '@receptorjs/runner-core';
import {
  COMMAND_OPTIONS,
  configurationError,
  validateJobOptions,
} from '@receptorjs/runner-core/internal';
import {
  optional,
  text,
  validateOptions,
  type Check,
  type OptionChecks,
} from '@receptorjs/validation';

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

/** @throws {ConfigurationError} for anything else, which can come from callers without types. */
export function checkedMode(mode: string | undefined): RunnerMode | undefined {
  if (mode === undefined || mode === 'pexpect' || mode === 'subprocess') return mode;
  throw new ConfigurationError(
    `Invalid runner mode ${mode}, valid value is either 'pexpect' or 'subprocess'`,
  );
}

/** The options that a function has besides those that all have. */
type OwnOptions<Options extends CommonOptions> = Omit<
  Options,
  Exclude<keyof CommonOptions, 'runnerMode'>
>;

/**
 * Checks the options of a function, from a caller who may have no types. What `runnerMode` may be is for {@link checkedMode}.
 *
 * @param own checks of those that not all functions have
 * @throws {ConfigurationError}
 */
export function validateCommandOptions<Options extends CommonOptions>(
  where: string,
  options: Options,
  own: OptionChecks<Omit<OwnOptions<Options>, 'runnerMode'>>,
): void {
  const names = [...Object.keys(own), 'runnerMode', 'privateDataDir'];
  validateJobOptions(where, options, {
    without: [...(COMMAND_OPTIONS.without ?? [])],
    besides: [...names, 'errorOutput'],
  });
  const checks: Readonly<Record<string, Check>> = {
    ...(own as Readonly<Record<string, Check>>),
    privateDataDir: optional(text),
    runnerMode: optional(text),
  };
  const given = options as Readonly<Record<string, unknown>>;
  validateOptions<Record<string, unknown>>(
    where,
    Object.fromEntries(Object.keys(checks).map((name) => [name, given[name]])),
    checks,
    configurationError,
  );
}
