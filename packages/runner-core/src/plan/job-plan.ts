import { join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { commandLine } from '../inputs/command-line.js';
import { ConfigurationError } from '../errors.js';
import { runIdent } from './ident.js';
import type { Isolation } from '../isolation/isolation.js';
import { planIsolation } from '../isolation/plan-isolation.js';
import { jobEnvironment } from './job-environment.js';
import type { PipedStreams } from '../process/piped-process.js';
import type { RunInputs } from '../inputs/private-data-dir.js';
import type { Places, PrivateFile } from '../artifacts/private-files.js';
import type { ProjectCopyPlan } from '../inputs/project-copy.js';
import type { FactCachePlace } from '../artifacts/run-artifacts.js';
import type { RunOptionsWithFolder, RunOptions } from '../inputs/run-options.js';
import { findSecretVars } from '../secrets/secret-vars.js';
import type { SecretMask } from '../secrets/secret-mask.js';
import { readSettings, type RunSettings } from '../inputs/settings.js';

/** Everything that is decided before a job starts. Nothing in it changes afterwards. */
export interface JobPlan {
  readonly ident: string;
  /** Absolute path of the private data dir. */
  readonly root: string;
  readonly artifactRoot: string;
  /** `<artifactRoot>/<ident>`. */
  readonly artifactDir: string;
  /** Working folder, as a path of this machine. */
  readonly cwd: string;
  readonly isolation: Isolation;
  /** Makes the command, given where the job sees things. */
  readonly command: (places: Places) => string[];
  readonly privateFiles: readonly PrivateFile[];
  readonly env: Readonly<Record<string, string>>;
  /** Names in `env` that were not inherited. */
  readonly envSetByRun: ReadonlySet<string>;
  readonly settings: RunSettings;
  readonly factCache: FactCachePlace;
  readonly passwords: Readonly<Record<string, unknown>>;
  /** Seconds, or `undefined` for no limit. */
  readonly jobTimeout?: number;
  readonly sshKey?: string;
  /** The job works in a copy of its working folder. */
  readonly projectCopy?: ProjectCopyPlan;
  /** Hides secrets in everything the run prints and records. */
  readonly mask?: SecretMask;
  /** Sentences about what was asked for and has no effect. */
  readonly warnings: readonly string[];
  /** Standard streams of the job, when it does not run on a terminal. */
  readonly streams?: PipedStreams;
}

/** What is different for a command that is not a play. */
export interface CommandForm {
  /** Its standard streams; `undefined` for a terminal. */
  readonly streams: PipedStreams | undefined;
}

/**
 * Decides command, environment and places of a run.
 *
 * @throws {ConfigurationError} when the options contradict each other or name something missing.
 */
export async function planJob(
  options: RunOptionsWithFolder,
  inputs: RunInputs,
  inherited: Readonly<Record<string, string | undefined>>,
  form?: CommandForm,
): Promise<JobPlan> {
  const ident = runIdent(options.ident);
  const { artifactRoot, artifactDir } = artifactPlaces(options, ident);
  const file = join(inputs.root, 'env', 'settings');
  const source = options.settings === undefined ? file : `settings, of the call or ${file}`;
  const settings = readSettings(inputs.settings, source, options);
  const factCache = factCachePlace(options, settings);
  const secrets = await findSecretVars(
    [
      ...(options.secretVars ?? []),
      ...settings.secretExtravars,
      // What a caller wants hidden stays hidden, whatever the file says.
      ...readSettings(options.settings ?? {}, 'settings').secretExtravars,
    ],
    options,
    inputs.extravarsFile,
  );
  const projectCopy = projectCopyPlan(options, settings);
  const { command, files, env: defaults } = await commandLine(options, inputs);
  const undecided = Object.entries(defaults).filter(([name]) => inherited[name] === undefined);
  const decided = {
    ...inputs,
    envvars: { ...Object.fromEntries(undecided), ...inputs.envvars },
  };
  const isolation = await planIsolation(
    options,
    inputs.settings,
    source,
    { root: inputs.root, artifactDir, ident, chosenIdent: options.ident !== undefined },
    inherited,
    {
      chdir: form !== undefined || (inputs.args === undefined && !options.binary),
      module: options.module !== undefined,
      terminal: form?.streams === undefined || areTerminals(form.streams),
      ...(form && { command: inputs.args ?? [] }),
    },
  );
  const jobTimeout = options.timeout ?? settings.jobTimeout;
  if (jobTimeout !== undefined && !(jobTimeout > 0))
    throw new ConfigurationError(
      `timeout must be a positive number of seconds; it is ${jobTimeout}.`,
    );
  return {
    ident,
    root: inputs.root,
    artifactRoot,
    artifactDir,
    cwd: inputs.cwd,
    isolation,
    command,
    privateFiles: files,
    settings,
    factCache,
    passwords: inputs.passwords,
    ...(form?.streams && { streams: form.streams }),
    ...(await jobEnvironment(
      options,
      decided,
      settings,
      factCache,
      artifactDir,
      isolation,
      inherited,
    )),
    warnings: secrets.warnings,
    ...(secrets.mask && { mask: secrets.mask }),
    ...(projectCopy && { projectCopy }),
    ...(jobTimeout !== undefined && { jobTimeout }),
    ...(inputs.sshKey !== undefined && { sshKey: inputs.sshKey }),
  };
}

/** Where the artifacts of a run with that ident are. */
export function artifactPlaces(
  { privateDataDir, artifactDir }: RunOptionsWithFolder,
  ident: string,
): { readonly artifactRoot: string; readonly artifactDir: string } {
  const artifactRoot = resolve(artifactDir ?? join(privateDataDir, 'artifacts'));
  return { artifactRoot, artifactDir: join(artifactRoot, ident) };
}

/** Whether input and output both are: a command that is piped somewhere must not think it speaks to a person. */
function areTerminals({ stdin, stdout }: PipedStreams): boolean {
  return typeof stdin === 'number' && stdout !== undefined && isatty(stdin) && isatty(stdout);
}

function factCachePlace(options: RunOptions, settings: RunSettings): FactCachePlace {
  return {
    factCache: settings.factCache ?? options.factCache ?? 'fact_cache',
    factCacheType: options.factCacheType ?? settings.factCacheType ?? 'jsonfile',
  };
}

/** Modules work in the private data dir itself. */
function projectCopyPlan(
  { module }: RunOptions,
  { directoryIsolationBasePath: base, directoryIsolationCleanup: cleanup }: RunSettings,
): ProjectCopyPlan | undefined {
  return base === undefined || base === '' || module !== undefined
    ? undefined
    : { base: resolve(base), cleanup };
}
