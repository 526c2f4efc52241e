import { existsSync, statSync } from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ProcessEnd } from '../terminal-process.js';
import { ContainerKeeper } from './container-keeper.js';
import { containerName } from './container-name.js';
import { writeEnvironmentFile } from './environment-file.js';
import type { Enclosure, Isolation, OpenJob } from './isolation.js';
import type { ContainerSettings } from './isolation-settings.js';
import { below, checkMountable, folderMount, MountList } from './mount-list.js';
import { copyPlugin } from './plugin-copy.js';
import { writeRegistryAuth, type RegistryAuth } from './registry-auth.js';

/** Where a run's files are on this machine. */
export interface RunPlaces {
  /** The private data dir. */
  readonly root: string;
  readonly artifactDir: string;
  readonly ident: string;
  /** Whether the caller chose the ident. */
  readonly chosenIdent: boolean;
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
  #workdir = INSIDE;

  /**
   * @param executable path of the engine
   * @param inherited environment of this process
   * @throws ConfigurationError when something is asked for that must not be mounted.
   */
  constructor(
    settings: ContainerSettings,
    executable: string,
    places: RunPlaces,
    inherited: Readonly<Record<string, string>>,
  ) {
    this.#settings = settings;
    this.#executable = executable;
    this.#places = places;
    this.#inherited = inherited;
    this.environment = settings.engine === 'podman' ? { ANSIBLE_UNSAFE_WRITES: '1' } : {};
    for (const mount of settings.volumeMounts) checkMountable(mount.split(':')[0] ?? '');
    if (settings.hostCwd !== undefined) checkMountable(settings.hostCwd);
    const { root, artifactDir, ident } = places;
    this.#mounts.add(folderMount(root, INSIDE, 'Z'));
    if (this.#mounts.inside(artifactDir) === undefined)
      this.#mounts.add(folderMount(artifactDir, join(INSIDE, 'artifacts', ident), 'Z'));
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
    const { root } = this.#places;
    const project = join(root, 'project');
    // What works in the private data dir on this machine works in the project in a container.
    const cwd = folder === root && existsSync(project) ? project : folder;
    if (this.#mounts.inside(cwd) === undefined) {
      checkMountable(cwd);
      this.#mounts.add(folderMount(cwd, join(INSIDE, 'project'), 'Z'));
    }
    const { workdir, hostCwd } = this.#settings;
    this.#workdir = workdir ?? hostCwd ?? this.pathOf(cwd);
    return this.#workdir;
  }

  async enter(job: OpenJob): Promise<Enclosure> {
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
      const engineEnv = { ...engineEnvironment(this.#inherited, env), ...auth?.env };
      const keeper = new ContainerKeeper(this.#executable, name, engineEnv, job.python);
      return {
        program: this.#executable,
        command: this.#command(job.command, name, environmentFile, auth),
        jobEnv: env,
        env: engineEnv,
        cwd: process.cwd(),
        end: () => keeper.end(),
        leave: async (end: ProcessEnd | undefined, early: boolean) => {
          const itself = end !== undefined && end.code !== null && end.code !== ENGINE_FAILED;
          await (itself && !early ? keeper.dismiss() : keeper.remove());
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
    const { engine, executable, hostCwd, workdir, volumeMounts, options, image } = this.#settings;
    const uid = process.getuid?.();
    return [
      executable,
      ...(auth !== undefined && engine === 'docker' ? [auth.argument] : []),
      ...['run', '--rm', '--tty', '--interactive'],
      ...(hostCwd !== undefined && workdir === undefined
        ? ['-v', `${join(hostCwd, '/')}:${join(hostCwd, '/')}`]
        : []),
      ...['--workdir', this.#workdir],
      ...this.#mounts.arguments(),
      ...(auth !== undefined && engine === 'podman' ? [auth.argument] : []),
      ...volumeMounts.flatMap((mount) => ['-v', mount]),
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
    for (const { source, destination } of this.#mounts) {
      if (source.endsWith('/')) await mkdir(source, { recursive: true, mode: 0o700 });
      const way = below(INSIDE, destination);
      if (way === undefined || way === '') continue;
      const point = resolve(this.#places.root, way);
      const first = await mkdir(point, { recursive: true, mode: 0o700 });
      for (let folder = point; first !== undefined; folder = dirname(folder)) {
        made.push(folder);
        if (folder === first) break;
      }
    }
    return made;
  }
}

/** Variables that would lead the engine itself astray when they are meant for the container. */
const ENGINE_OWN = ['PATH', 'HOME', 'TMPDIR', 'XDG_RUNTIME_DIR', 'LD_LIBRARY_PATH', 'LD_PRELOAD'];

/** Variables for the engine, which passes some of the job's on: {@link writeEnvironmentFile}. */
function engineEnvironment(
  inherited: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = (name: string) => ENGINE_OWN.includes(name);
  return {
    ...inherited,
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !own(name))),
  };
}
