import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pythonFolder } from '../python-assets.js';

/** Time the engine gets to remove a container before the run ends without waiting further, in ms. */
const REMOVAL_MS = 3000;

/** A container that is to go with its job, or with the runner. */
interface Kept {
  /** Path of the engine. */
  readonly engine: string;
  readonly name: string;
  /** Environment of the engine when it is called. */
  readonly env: Readonly<Record<string, string>>;
  readonly python: string;
  /** Folder of the image's credentials. */
  readonly credentials: string | undefined;
}

/**
 * Sees to it that a container goes when its job has ended, or when this process has, however that came about: a
 * small process of its own, which waits for the end of its input. It gives up after a minute, when an engine
 * does not answer. The folder of credentials goes with the container.
 *
 * See docs/decisions/0037-a-container-has-a-watchdog.md.
 */
export class ContainerWatchdog {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;

  constructor({ engine, name, env, python, credentials }: Kept) {
    const watchdog = join(pythonFolder(), 'keep_container.py');
    const words = [engine, name, ...(credentials === undefined ? [] : [credentials])];
    this.#child = spawn(python, ['-I', '-S', '-E', watchdog, ...words], {
      detached: true,
      cwd: '/',
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
    this.#child.stdin?.on('error', () => undefined);
  }

  /** Has the container removed now. */
  end(): void {
    this.#child.stdin?.write('end\n');
  }

  /** Says that the container has gone by itself. */
  async dismiss(): Promise<void> {
    this.#child.stdin?.end('done\n');
    await this.#gone;
  }

  /** Has the container removed if there still is one, and waits for that, though not for ever. */
  async remove(): Promise<void> {
    this.#child.stdin?.end();
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, REMOVAL_MS);
    });
    await Promise.race([this.#gone, enough]);
    clearTimeout(timer);
    this.#child.unref();
  }
}
