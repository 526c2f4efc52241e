import { errorText, pythonShlex, splitShellWords } from '@receptorjs/primitives';
import { lstat, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { ConfigurationError, errorCode } from '../errors.js';
import { makeFolder } from '../artifacts/make-folder.js';
import { readInput, readMapping, type Mapping } from './mapping-file.js';
import type { RunOptionsWithFolder, RunOptions } from './run-options.js';

/** What the private data dir and the options say together, files already read. */
export interface RunInputs {
  /** Absolute path of the private data dir. */
  readonly root: string;
  readonly envvars: Mapping;
  readonly passwords: Mapping;
  readonly settings: Mapping;
  /** Words that follow the executable. */
  readonly cmdline: readonly string[];
  /** The whole command line when the file `args` is there. */
  readonly args?: readonly string[];
  readonly sshKey?: string;
  /** Absolute path of `env/extravars`. */
  readonly extravarsFile?: string;
  /** Absolute path of `inventory`. */
  readonly inventory?: string;
  /** Working folder of the job. */
  readonly cwd: string;
}

/**
 * Makes the private data dir, 0700, and the folders above it that are missing; one that is there is left as it is. Callers of
 * `run` do so themselves if they want to: it refuses one that does not exist, which is a slip more often than not.
 *
 * @throws {ConfigurationError} when something else stands there, or it can't be made.
 */
export async function makePrivateDataDir(path: string): Promise<void> {
  const root = resolve(path);
  try {
    await makeFolder(root);
  } catch (cause) {
    throw new ConfigurationError(`The private data dir ${root} ${await whyNotMade(root, cause)}.`, {
      cause,
    });
  }
}

async function whyNotMade(root: string, cause: unknown): Promise<string> {
  const there = await lstat(root).catch(() => undefined);
  if (there === undefined) return `does not exist and can't be made: ${String(errorCode(cause))}`;
  return there.isSymbolicLink() && !(await isKind(root, 'anything'))
    ? 'is a link to nothing'
    : 'is no folder';
}

/** @throws {ConfigurationError} where a function that can't do without one got none. */
export function requirePrivateDataDir(where: string, path: string | undefined): void {
  if (path === undefined)
    throw new ConfigurationError(`${where}: privateDataDir is needed; it must be a text.`);
}

/** @throws {ConfigurationError} when there is no such folder. */
export async function checkPrivateDataDir(path: string): Promise<void> {
  if (!(await isKind(path, 'folder')))
    throw new ConfigurationError(
      `The private data dir ${path} does not exist or is no folder; make it, or name another one.`,
    );
}

/**
 * Reads the private data dir; writes nothing into it.
 *
 * @throws {ConfigurationError} when it does not exist, or a file in it can't be used.
 */
export async function readPrivateDataDir(options: RunOptionsWithFolder): Promise<RunInputs> {
  const root = resolve(options.privateDataDir);
  await checkPrivateDataDir(root);
  const inEnv = (name: string) => join(root, 'env', name);
  const [envvars, passwords, settings, cmdlineText, argsText, keyText] = await Promise.all([
    readMapping(inEnv('envvars'), true),
    readMapping(inEnv('passwords')),
    readMapping(inEnv('settings')),
    options.cmdline === undefined ? readInput(inEnv('cmdline')) : undefined,
    readInput(join(root, 'args')),
    options.sshKey === undefined ? readInput(inEnv('ssh_key')) : undefined,
  ]);
  const sshKey = options.sshKey ?? keyText;
  const [extravars, inventory, project] = await Promise.all([
    isKind(inEnv('extravars'), 'file'),
    isKind(join(root, 'inventory'), 'anything'),
    options.projectDir === undefined ? isKind(join(root, 'project'), 'folder') : false,
  ]);
  const cwd =
    options.projectDir !== undefined
      ? resolve(options.projectDir)
      : project && !(await worksInRoot(options, root))
        ? join(root, 'project')
        : root;
  if (!(await isKind(cwd, 'folder')))
    throw new ConfigurationError(`The project dir ${cwd} does not exist or is no folder.`);
  return {
    root,
    envvars: { ...options.envvars, ...envvars },
    passwords: { ...options.passwords, ...passwords },
    settings: { ...options.settings, ...settings },
    cmdline: words(
      options.cmdline ?? cmdlineText ?? '',
      options.cmdline === undefined ? inEnv('cmdline') : 'cmdline',
    ),
    cwd,
    ...(argsText !== undefined && { args: words(argsText, join(root, 'args')) }),
    ...(sshKey !== undefined && sshKey.trim() !== '' && { sshKey }),
    ...(extravars && { extravarsFile: inEnv('extravars') }),
    ...(inventory && { inventory: join(root, 'inventory') }),
  };
}

/** Modules do, and playbooks that are in the root and not in `project/`. */
async function worksInRoot({ module, playbook }: RunOptions, root: string): Promise<boolean> {
  if (module !== undefined) return true;
  if (typeof playbook !== 'string' || playbook === '' || isAbsolute(playbook)) return false;
  return (
    !(await isKind(join(root, 'project', playbook), 'anything')) &&
    (await isKind(join(root, playbook), 'file'))
  );
}

function words(text: string, source: string): string[] {
  try {
    return splitShellWords(text, pythonShlex);
  } catch (cause) {
    throw new ConfigurationError(`${source} can't be split into words: ${errorText(cause)}.`, {
      cause,
    });
  }
}

/** Whether something of that kind stands at `path`, links followed. */
export async function isKind(path: string, kind: 'file' | 'folder' | 'anything'): Promise<boolean> {
  try {
    const found = await stat(path);
    return kind === 'anything' || (kind === 'file' ? found.isFile() : found.isDirectory());
  } catch {
    return false;
  }
}
