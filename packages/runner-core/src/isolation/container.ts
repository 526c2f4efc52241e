import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isKind } from '../private-data-dir.js';
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
  /** Working folder of the job. */
  readonly cwd: string;
  readonly ident: string;
  /** Whether the caller chose the ident. */
  readonly chosenIdent: boolean;
}

/** The private data dir in a container. */
const INSIDE = '/runner';

/** Exit status of engines that could not start a container. */
const ENGINE_FAILED = 125;

/** A job in a container of podman or docker. Its list of mounts grows while the run is planned. */
export class Container implements Isolation {
  readonly inheritsEnvironment = false;
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly #settings: ContainerSettings;
  /** Path of the engine's executable. */
  readonly #executable: string;
  readonly #places: RunPlaces;
  readonly #mounts: MountList;
  readonly #inherited: Readonly<Record<string, string>>;

  private constructor(
    settings: ContainerSettings,
    executable: string,
    places: RunPlaces,
    inherited: Readonly<Record<string, string>>,
    mounts: MountList,
    cwd: string,
  ) {
    this.#settings = settings;
    this.#executable = executable;
    this.#places = places;
    this.#inherited = inherited;
    this.#mounts = mounts;
    this.environment = settings.engine === 'podman' ? { ANSIBLE_UNSAFE_WRITES: '1' } : {};
    this.cwd = cwd;
  }

  /**
   * @param executable path of the engine
   * @param inherited environment of this process
   * @throws ConfigurationError when something is asked for that must not be mounted.
   */
  static async plan(
    settings: ContainerSettings,
    executable: string,
    places: RunPlaces,
    inherited: Readonly<Record<string, string>>,
  ): Promise<Container> {
    for (const mount of settings.volumeMounts) await checkMountable(mount.split(':')[0] ?? '');
    const { root, artifactDir, ident } = places;
    const project = join(root, 'project');
    // Everything but a playbook works in the private data dir on this machine, but in the project in a container.
    const cwd = places.cwd === root && (await isKind(project, 'folder')) ? project : places.cwd;
    const mounts = new MountList();
    mounts.add(folderMount(root, INSIDE, 'Z'));
    if (mounts.inside(artifactDir) === undefined)
      mounts.add(folderMount(artifactDir, join(INSIDE, 'artifacts', ident), 'Z'));
    if (mounts.inside(cwd) === undefined)
      mounts.add(folderMount(cwd, join(INSIDE, 'project'), 'Z'));
    return new Container(
      settings,
      executable,
      places,
      inherited,
      mounts,
      settings.workdir ?? settings.hostCwd ?? mounts.inside(cwd) ?? INSIDE,
    );
  }

  async pathOf(path: string): Promise<string> {
    const inside = this.#mounts.inside(path);
    if (inside !== undefined) return inside;
    await checkMountable(path);
    const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
    this.#mounts.add(isFile ? { source: path, destination: path } : folderMount(path, path));
    return path;
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
      const engineEnv = { ...this.#inherited, ...env, ...auth?.env };
      const keeper = new ContainerKeeper(this.#executable, name, engineEnv, job.python);
      return {
        command: this.#command(job.command, name, environmentFile, auth),
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
      ...['--workdir', this.cwd],
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
