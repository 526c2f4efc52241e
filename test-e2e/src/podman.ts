import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPrograms, onPath } from '@receptorjs/tooling-test-peers';
import { command, type Finished } from './mesh.js';

/** The programs that containers are made with. */
interface Engine {
  readonly podman: string;
  readonly conmon: string;
  /** What `--init` puts into a container: the file itself. */
  readonly init: string;
  readonly runtime: string;
}

/** Those of the system; where it has no podman, Debian's are unpacked into a cache. */
function findEngine(): Engine {
  const podman = onPath('podman');
  if (podman === undefined) {
    const folder = debianPrograms('podman', ['podman', 'conmon', 'runc', 'catatonit']);
    const script = (name: string): string => join(folder, 'run', name);
    const init = join(folder, 'usr', 'bin', 'catatonit');
    return { podman: script('podman'), conmon: script('conmon'), runtime: script('runc'), init };
  }
  const installed = (...names: readonly string[]): string => {
    const [path] = names.flatMap((name) => onPath(name) ?? []);
    if (path === undefined) throw new Error(`there is a podman, but no ${names.join(' or ')}`);
    return path;
  };
  // runc first: crun refuses a machine that has control groups of both versions
  const runtime = installed('runc', 'crun');
  return { podman, conmon: installed('conmon'), runtime, init: installed('catatonit') };
}

/** How images are stored. */
type Driver = 'overlay' | 'vfs';

/** Images and containers in a folder of their own, which go with it. */
export class Podman {
  /** For files of the test too. */
  readonly folder = mkdtempSync(join(tmpdir(), 'pod-'));
  readonly #engine: Engine;
  readonly #driver: Driver;
  readonly #env: NodeJS.ProcessEnv;
  readonly #containers: string[] = [];

  constructor(engine: Engine, driver: Driver) {
    this.#engine = engine;
    this.#driver = driver;
    // Images of this folder are taken as they are, whatever this machine says of images.
    const settings = join(this.folder, '.config', 'containers');
    mkdirSync(settings, { recursive: true });
    const policy = { default: [{ type: 'insecureAcceptAnything' }] };
    writeFileSync(join(settings, 'policy.json'), JSON.stringify(policy));
    const configuration = join(settings, 'containers.conf');
    // The limits of this process are left as they are: podman would ask for more, which not every root may.
    writeFileSync(
      configuration,
      `[containers]
default_ulimits = []
init_path = "${engine.init}"
[engine]
conmon_path = ["${engine.conmon}"]
`,
    );
    this.#env = {
      ...process.env,
      HOME: this.folder,
      XDG_CONFIG_HOME: undefined,
      CONTAINERS_CONF: configuration,
    };
  }

  /** Runs one command of podman to its end. */
  run(words: readonly string[], input?: string | Uint8Array): Promise<Finished> {
    const { podman } = this.#engine;
    return command(podman, [...this.#settings(), ...words], {
      env: this.#env,
      cwd: this.folder,
      ...(input === undefined ? {} : { input }),
    });
  }

  /**
   * Runs one, and resolves with what it has printed.
   *
   * @throws Error when it fails
   */
  async print(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(words);
    if (code !== 0) throw new Error(`podman ${words.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  /** Imports the files of a folder as an image. */
  async import(folder: string, image: string): Promise<void> {
    const archive = join(this.folder, 'root.tar');
    await command('tar', ['-C', folder, '-cf', archive, '.']);
    await this.print('import', '--quiet', archive, image);
    rmSync(archive);
  }

  /** Builds an image, of a folder and a file in it. */
  build(folder: string, file: string, image: string, base: string): Promise<string> {
    const how = ['--quiet', '--network', 'none', '--layers=false', '--format', 'docker'];
    const what = ['--build-arg', `BASE=${base}`, '--tag', image, '--file', join(folder, file)];
    return this.print('build', ...how, ...what, folder);
  }

  /** Starts a container, with no network of its own where the options name none. */
  start(image: string, name: string, options: readonly string[] = []): Promise<string> {
    const network = options.includes('--network') ? [] : ['--network', 'none'];
    this.#containers.push(name);
    return this.print('run', '--detach', '--name', name, ...network, ...options, image);
  }

  /** @throws Error that says why no container can be run here */
  async probe(): Promise<void> {
    const root = join(this.folder, 'probe');
    mkdirSync(root);
    copyFileSync(this.#engine.init, join(root, 'program'));
    await this.import(root, 'localhost/probe');
    const words = ['--rm', '--network', 'none', 'localhost/probe'];
    await this.print('run', ...words, '/program', '--version');
    await this.print('rmi', 'localhost/probe');
  }

  /** Ends and removes all containers, the last one first: it may share the network of another. */
  async removeContainers(): Promise<void> {
    for (const name of this.#containers.splice(0).reverse())
      await this.print('rm', '--force', '--volumes', '--time', '0', name);
  }

  /** Ends what runs, and removes everything. */
  async end(): Promise<void> {
    await this.removeContainers();
    // the storage driver leaves its folder mounted on itself
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const places = mounts.map((line) => line.split(' ')[1] ?? '');
    for (const place of places.filter((each) => each.startsWith(`${this.folder}/`)).reverse())
      await command('umount', [place]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #settings(): string[] {
    const folder = (name: string): string => join(this.folder, name);
    return [
      ...['--root', folder('store'), '--runroot', folder('run'), '--tmpdir', folder('tmp')],
      ...[
        '--storage-driver',
        this.#driver,
        '--cgroup-manager',
        'cgroupfs',
        '--events-backend',
        'none',
      ],
      ...['--runtime', this.#engine.runtime],
    ];
  }
}

/** A podman that has run a container here: with layers that are mounted, else with layers that are copied. */
async function probed(engine: Engine, drivers: readonly Driver[]): Promise<Podman> {
  const [driver = 'vfs', ...others] = drivers;
  const podman = new Podman(engine, driver);
  try {
    await podman.probe();
    return podman;
  } catch (error) {
    await podman.end();
    if (others.length === 0) throw error;
    return probed(engine, others);
  }
}

/** Podman, where containers can be run; else why not. */
export async function findPodman(): Promise<Podman | string> {
  if (process.platform !== 'linux') return `this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'this is not root';
  try {
    return await probed(findEngine(), ['overlay', 'vfs']);
  } catch (error) {
    return `no containers can be run here (Debian has podman, runc and catatonit): ${String(error)}`;
  }
}
