import { existsSync, statSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../artifacts/make-folder.js';
import { JOB_MARK } from '../process/process-table.js';
import type { ProcessEnd } from '../process/terminal/terminal-process.js';
import { commandMounts, engineExtras } from './command-mounts.js';
import { ContainerWatchdog } from './container-watchdog.js';
import { containerName } from './container-name.js';
import { writeEnvironmentFile } from './environment-file.js';
import type { IsolatedJob, Isolation, OpenJob } from './isolation.js';
import type { ContainerSettings } from './isolation-settings.js';
import { below, checkMountable, folderMount, mountArguments, MountList } from './mount-list.js';
import { copyPlugin } from './plugin-copy.js';
import { writeRegistryAuth, type RegistryAuth } from './registry-auth.js';
import { claimUserMounts } from './user-mounts.js';

/** Where a run's files are on this machine. */
export interface RunPlaces {
  /** The private data dir. */
  readonly root: string;
  readonly artifactDir: string;
  readonly ident: string;
  /** Whether the caller chose the ident. */
  readonly chosenIdent: boolean;
}

/** What is different for some jobs in containers. */
export interface ContainerForm {
  /** Whether the job gets a terminal. */
  readonly terminal: boolean;
  /** Whether it is a module: that works in the private data dir on this machine, but in the project in a container. */
  readonly module: boolean;
  /** The words of a command that is not a play; it sees the files it names, and the user's ssh. */
  readonly command?: readonly string[];
}

/** The private data dir in a container. */
const INSIDE = '/runner';

/** Exit status of engines that could not start a container. */
const ENGINE_FAILED = 125;

/** A job in a container of podman or docker. Its list of mounts grows until the job enters. */
export class Container implements Isolation {
  readonly inheritsEnvironment = false;
  readonly eventsBy = 'pipe';
  readonly relaysTerminal = true;
  readonly environment: Readonly<Record<string, string>>;
  readonly #settings: ContainerSettings;
  /** Path of the engine's executable. */
  readonly #executable: string;
  readonly #places: RunPlaces;
  readonly #mounts = new MountList();
  readonly #inherited: Readonly<Record<string, string>>;
  readonly #form: ContainerForm;
  /** Arguments that stand before the mounts. */
  readonly #first: readonly string[];
  /** The mount of the working folder, when that is one of this machine. */
  readonly #ofHostCwd: readonly string[];
  readonly #userMounts: readonly string[];
  #workdir = INSIDE;

  /**
   * @param executable path of the engine
   * @param inherited environment of this process
   * @throws {ConfigurationError} when something is asked for that must not be mounted.
   */
  constructor(
    settings: ContainerSettings,
    executable: string,
    places: RunPlaces,
    inherited: Readonly<Record<string, string>>,
    form: ContainerForm,
  ) {
    this.#settings = settings;
    this.#executable = executable;
    this.#places = places;
    this.#inherited = inherited;
    this.#form = form;
    this.environment = settings.engine === 'podman' ? { ANSIBLE_UNSAFE_WRITES: '1' } : {};
    const { volumeMounts, options, hostCwd, workdir } = settings;
    for (const mount of volumeMounts) checkMountable(mount.split(':')[0] ?? '');
    this.#userMounts = claimUserMounts(this.#mounts, volumeMounts, options);
    if (hostCwd !== undefined) checkMountable(hostCwd);
    this.#ofHostCwd =
      hostCwd !== undefined && workdir === undefined && this.#mounts.claim(hostCwd)
        ? mountArguments(folderMount(hostCwd, hostCwd))
        : [];
    const { root, artifactDir, ident } = places;
    for (const folder of [root, artifactDir]) checkMountable(folder);
    const artifacts = join(INSIDE, 'artifacts');
    if (form.command === undefined) this.#first = [];
    else {
      const shown = commandMounts(form.command, inherited, this.#mounts);
      this.#first = [...shown, ...engineExtras(settings.engine)];
      this.#mounts.add(folderMount(join(root, 'artifacts'), artifacts, 'Z'));
    }
    this.#mounts.add(folderMount(root, INSIDE, 'Z'));
    if (this.#mounts.inside(artifactDir) === undefined)
      this.#mounts.add(folderMount(artifactDir, join(artifacts, ident), 'Z'));
  }

  pathOf(path: string, made?: 'made'): string {
    const inside = this.#mounts.inside(path);
    if (inside !== undefined) return inside;
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined && made === undefined) return path;
    checkMountable(path);
    this.#mounts.add(
      found?.isFile() === true ? { source: path, destination: path } : folderMount(path, path),
    );
    return path;
  }

  workIn(folder: string): string {
    const { workdir, hostCwd } = this.#settings;
    if (this.#form.command !== undefined) {
      this.#workdir = workdir ?? hostCwd ?? join(INSIDE, 'project');
      return this.#workdir;
    }
    const { root } = this.#places;
    const project = join(root, 'project');
    const cwd = this.#form.module && folder === root && existsSync(project) ? project : folder;
    if (this.#mounts.inside(cwd) === undefined) {
      checkMountable(cwd);
      this.#mounts.add(folderMount(cwd, join(INSIDE, 'project'), 'Z'));
    }
    // Where the user mounts something as project, the job works in that.
    this.#workdir = workdir ?? hostCwd ?? this.#mounts.inside(cwd) ?? join(INSIDE, 'project');
    return this.#workdir;
  }

  async isolate(job: OpenJob): Promise<IsolatedJob> {
    const { artifactDir, ident, chosenIdent } = this.#places;
    const name = containerName(ident, chosenIdent);
    this.#mounts.add(folderMount(job.privateDir, job.privateDir, 'Z'));
    const made = await this.#makeMountPoints();
    let auth: RegistryAuth | undefined;
    const release = async () => {
      await auth?.remove();
      for (const folder of made) await rmdir(folder).catch(() => undefined);
    };
    try {
      const env = await copyPlugin(job.env, job.privateDir);
      const environmentFile = join(artifactDir, 'env.list');
      await writeEnvironmentFile(environmentFile, env);
      if (this.#settings.auth !== undefined)
        auth = await writeRegistryAuth(this.#settings.auth, this.#settings.engine, ident);
      const engineEnv = engineEnvironment(this.#inherited, env);
      const watchdog = new ContainerWatchdog({
        engine: this.#executable,
        name,
        env: engineEnv,
        python: job.python,
        credentials: auth?.folder,
      });
      return {
        program: this.#executable,
        command: this.#command(job.command, name, environmentFile, auth),
        jobEnv: env,
        env: { ...engineEnv, ...auth?.env },
        cwd: process.cwd(),
        end: () => watchdog.end(),
        leave: async (end: ProcessEnd | undefined, termination: boolean) => {
          const itself = end !== undefined && end.code !== null && end.code !== ENGINE_FAILED;
          await (itself && !termination ? watchdog.dismiss() : watchdog.remove());
          await release();
        },
      };
    } catch (error) {
      await release();
      throw error;
    }
  }

  #command(
    command: readonly string[],
    name: string,
    environmentFile: string,
    auth: RegistryAuth | undefined,
  ): string[] {
    const { engine, executable, options, image } = this.#settings;
    const uid = process.getuid?.();
    return [
      executable,
      ...(auth !== undefined && engine === 'docker' ? [auth.argument] : []),
      ...['run', '--rm', ...(this.#form.terminal ? ['--tty'] : []), '--interactive'],
      ...this.#ofHostCwd,
      ...['--workdir', this.#workdir],
      ...this.#first,
      ...this.#mounts.arguments(),
      ...(auth !== undefined && engine === 'podman' ? [auth.argument] : []),
      ...this.#userMounts.flatMap((mount) => ['-v', mount]),
      ...['--env-file', environmentFile],
      ...(engine === 'podman' ? ['--quiet'] : []),
      ...(engine === 'docker' && uid !== undefined ? [`--user=${uid}`] : []),
      ...['--name', name, '--label', `ansible_runner.ident=${this.#places.ident}`],
      ...options,
      image,
      ...command,
    ];
  }

  /**
   * Makes the folders that are mounted, and those in the private data dir that others are mounted on, which
   * the engine would make otherwise, as another user perhaps.
   *
   * @returns what was made in the private data dir, the innermost first
   */
  async #makeMountPoints(): Promise<readonly string[]> {
    const made: string[] = [];
    for (const { source } of this.#mounts) if (source.endsWith('/')) await makeFolder(source);
    const points = [...this.#mounts].map(({ destination }) => destination);
    for (const destination of [...points, this.#workdir]) {
      const way = below(INSIDE, destination);
      if (way === undefined || way === '') continue;
      const point = resolve(this.#places.root, way);
      const first = await makeFolder(point);
      for (let folder = point; first !== undefined; folder = dirname(folder)) {
        made.push(folder);
        if (folder === first) break;
      }
    }
    return made;
  }
}

/** Variables that would lead the engine itself astray when they are meant for the container. */
const ENGINE_OWN = [
  JOB_MARK,
  'PATH',
  'HOME',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
];

/**
 * Variables for the engine, which passes some of the job's on: {@link writeEnvironmentFile}. It is not marked as a process of
 * the job, or it would be ended with those and could not end the container.
 */
function engineEnvironment(
  inherited: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = (name: string) => ENGINE_OWN.includes(name);
  const { [JOB_MARK]: _, ...others } = inherited;
  return {
    ...others,
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !own(name))),
  };
}
