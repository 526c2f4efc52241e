import { mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, errorCode } from '../errors.js';
import { makeFolder } from '../artifacts/make-folder.js';
import type { IsolatedJob, Isolation, OpenJob } from './isolation.js';
import type { SandboxSettings } from './isolation-settings.js';
import { below } from './mount-list.js';
import { copyPlugin } from './plugin-copy.js';

/** What every sandbox sees of the system. */
const SYSTEM = [
  ...['--die-with-parent', '--unshare-pid'],
  ...['--dev-bind', '/dev', 'dev', '--proc', '/proc', '--dir', '/tmp'],
  ...['/bin', '/etc', '/usr', '/opt'].flatMap((path) => ['--ro-bind', path, path]),
  ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
];

/** How often removing the hidden paths is tried while something still holds them. */
const REMOVAL_TRIES = 15;

/**
 * A job in a sandbox of bwrap: it sees the system, the private data dir and what it is shown, at the same paths
 * as outside. Its list of shown paths grows while the run is planned.
 */
export class Sandbox implements Isolation {
  readonly inheritsEnvironment = true;
  readonly eventsBy = 'socket';
  readonly relaysTerminal = false;
  readonly environment = {};
  readonly #settings: SandboxSettings;
  /** Path of bwrap. */
  readonly #executable: string;
  readonly #chdir: boolean;
  readonly #shown: string[] = [];
  readonly #made: string[] = [];
  #cwd = '/';

  /**
   * @param executable path of bwrap
   * @param shown folders of the run: the private data dir and the artifacts
   * @param chdir whether bwrap gets the working folder as an option
   */
  constructor(
    settings: SandboxSettings,
    executable: string,
    shown: readonly string[],
    chdir: boolean,
  ) {
    this.#settings = settings;
    this.#executable = executable;
    this.#chdir = chdir;
    for (const folder of shown) this.pathOf(folder);
  }

  pathOf(path: string, made?: 'made'): string {
    if (this.#shown.some((folder) => below(folder, path) !== undefined)) return path;
    this.#shown.push(path);
    if (made) this.#made.push(path);
    return path;
  }

  workIn(folder: string): string {
    this.pathOf(folder);
    this.#cwd = folder;
    return folder;
  }

  async isolate(job: OpenJob): Promise<IsolatedJob> {
    const base = this.#settings.path ?? tmpdir();
    let hidden: string;
    try {
      hidden = await mkdtemp(join(base, 'ansible_runner_pi_'));
    } catch (cause) {
      throw new ConfigurationError(
        `process_isolation_path: no folder can be made in ${base}: ${String(errorCode(cause))}.`,
        { cause },
      );
    }
    const release = () => rm(hidden, { recursive: true, force: true, maxRetries: REMOVAL_TRIES });
    try {
      for (const folder of this.#made) await makeFolder(folder);
      const env = await copyPlugin(job.env, job.privateDir);
      const { executable, hidePaths, roPaths, showPaths } = this.#settings;
      const command = [executable, ...SYSTEM];
      for (const path of await present(hidePaths))
        command.push('--bind', await standIn(hidden, path, command.length), path);
      for (const path of await present(roPaths)) command.push('--ro-bind', path, path);
      const own = [...this.#shown, job.privateDir];
      const cwd = await realpath(this.#cwd);
      const bound = await present([...own, ...showPaths]);
      // A project may be a link that leads out of the private data dir.
      if (!bound.some((folder) => below(folder, cwd) !== undefined)) bound.push(cwd);
      for (const path of bound) command.push('--bind', path, path);
      for (const [name, target] of await linkedNames(own, bound))
        command.push('--symlink', target, name);
      if (this.#chdir) command.push('--chdir', cwd);
      return {
        program: this.#executable,
        command: [...command, ...job.command],
        jobEnv: env,
        env,
        cwd: this.#cwd,
        // The sandbox dies with bwrap, and bwrap with this process.
        end: () => undefined,
        leave: release,
      };
    } catch (error) {
      await release();
      throw error;
    }
  }
}

/** The paths that are there, each once and in order, links resolved. */
async function present(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of [...new Set(paths)].sort()) {
    const real = await realpath(path).catch(() => undefined);
    if (real !== undefined) found.push(real);
  }
  return found;
}

/**
 * Names by which the job knows its folders, and which are links or lead through some: with the place they lead to.
 * What lies in a folder that is bound, or below such a name, is found there.
 */
async function linkedNames(
  paths: readonly string[],
  bound: readonly string[],
): Promise<readonly (readonly [name: string, target: string])[]> {
  const found: [string, string][] = [];
  for (const path of [...new Set(paths)].sort()) {
    const real = await realpath(path).catch(() => path);
    const within = [...bound, ...found.map(([name]) => name)];
    if (real !== path && !within.some((folder) => below(folder, path) !== undefined))
      found.push([path, real]);
  }
  return found;
}

/** An empty file or folder in the place of `path`. */
async function standIn(folder: string, path: string, number: number): Promise<string> {
  const empty = join(folder, String(number));
  if ((await stat(path)).isDirectory()) await mkdir(empty, { mode: 0o700 });
  else await writeFile(empty, '', { mode: 0o600 });
  return empty;
}
