import { errorText, type Logger } from '@receptorjs/primitives';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MeshServiceError, systemCode } from '../errors.js';

const execute = promisify(execFile);
/** Milliseconds one call of `ip` may take. */
const CALL_MS = 10_000;

/**
 * Runs `ip` of iproute2.
 *
 * @returns its output
 * @throws {MeshServiceError} `program-missing`, `permission-denied`, `device-failed`
 */
export async function runIp(...args: string[]): Promise<string> {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    const { stdout } = await execute('ip', args, { env, timeout: CALL_MS, maxBuffer: 16 << 20 });
    return stdout;
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') {
      const text = 'ip-router needs the program ip (package iproute2), which is not there';
      throw new MeshServiceError('program-missing', text, { cause });
    }
    const said = hasStderr(cause) ? cause.stderr.trim().replaceAll('\n', '; ') : errorText(cause);
    const denied = said.includes('not permitted');
    throw new MeshServiceError(
      denied ? 'permission-denied' : 'device-failed',
      `ip ${args.join(' ')}: ${said}${denied ? ' (it takes root or CAP_NET_ADMIN)' : ''}`,
      { cause },
    );
  }
}

function hasStderr(error: unknown): error is { stderr: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'stderr' in error &&
    typeof error.stderr === 'string' &&
    error.stderr !== ''
  );
}

/**
 * The routes of the system that lead into one interface: those that this has added, and no others, are removed. It
 * alone writes its fields.
 */
export class KernelRoutes {
  readonly #added = new Set<string>();
  /** What could not be added, so that it is said once. */
  readonly #failed = new Set<string>();
  #wanted: ReadonlySet<string> = new Set();
  #due = false;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly device: string,
    private readonly gateway: string,
    private readonly log: Logger,
  ) {}

  /** Makes the routes those to these networks, and goes on doing so until the next call. Never rejects. */
  set(networks: ReadonlySet<string>): Promise<void> {
    this.#wanted = networks;
    this.#due = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when nothing is under way any more. The routes go with the interface. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#due && !this.#closed) {
      this.#due = false;
      const wanted = this.#wanted;
      try {
        await this.#reconcile(wanted);
      } catch (error) {
        this.log.error(`error retrieving kernel routes list: ${errorText(error)}`);
      }
    }
  }

  async #reconcile(wanted: ReadonlySet<string>): Promise<void> {
    const present = routesShown(await runIp('-4', 'route', 'show', 'dev', this.device));
    for (const network of this.#failed) if (!wanted.has(network)) this.#failed.delete(network);
    for (const network of wanted) {
      if (present.has(network) || this.#closed) continue;
      await this.#change('add', network);
    }
    for (const network of [...this.#added]) {
      if (wanted.has(network) || this.#closed) continue;
      this.#added.delete(network);
      if (present.has(network)) await this.#change('del', network);
    }
  }

  async #change(verb: 'add' | 'del', network: string): Promise<void> {
    try {
      await runIp('-4', 'route', verb, network, 'via', this.gateway, 'dev', this.device);
      this.log.debug(`${verb === 'add' ? 'Added' : 'Removed'} route to ${network}`);
      if (verb === 'add') this.#added.add(network);
      this.#failed.delete(network);
    } catch (error) {
      if (this.#closed || this.#failed.has(network)) return;
      this.#failed.add(network);
      const doing = verb === 'add' ? 'adding kernel route' : 'deleting kernel route';
      this.log.error(`error ${doing} to ${network}: ${errorText(error)}`);
    }
  }
}

/** The networks of the lines `ip route show` writes. */
export function routesShown(output: string): Set<string> {
  const networks = output.split('\n').flatMap((line) => {
    const [first = ''] = line.trim().split(/\s+/);
    if (first === '') return [];
    if (first === 'default') return ['0.0.0.0/0'];
    return [first.includes('/') ? first : `${first}/32`];
  });
  return new Set(networks);
}
