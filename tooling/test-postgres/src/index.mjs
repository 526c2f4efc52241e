import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms, serverUser } from './programs.mjs';

const programs = findPrograms();
/** @type {typeof import('./index.d.mts').missingPostgres} */
export const missingPostgres = 'why' in programs ? `skipped: ${programs.why}` : '';

/** @type {typeof import('./index.d.mts').skipsWithoutPostgres} */
export function skipsWithoutPostgres() {
  if (missingPostgres !== '') console.warn(missingPostgres);
  return missingPostgres !== '';
}

/** Settings for a server that loses nothing that a test would miss, in return for speed. */
const careless = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** @implements {TestPostgresMembers} @typedef {import('./index.d.mts').TestPostgres} TestPostgresMembers */
class Server {
  /** @type {string} */
  #binaries;
  /** @type {string} */
  #folder;
  /** @type {number} */
  #port;
  /** @type {Readonly<Record<string, string>>} */
  #settings;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /**
   * @param {{ folder: string, version: string }} found
   * @param {string} folder
   * @param {number} port
   * @param {Readonly<Record<string, string>>} settings
   */
  constructor({ folder: binaries, version }, folder, port, settings) {
    this.version = version;
    this.#binaries = binaries;
    this.#folder = folder;
    this.#port = port;
    this.#settings = settings;
  }

  url(database = 'postgres') {
    return `postgres://postgres@127.0.0.1:${this.#port}/${database}`;
  }

  async start() {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.#port),
      unix_socket_directories: '',
      ...this.#settings,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(
      join(this.#binaries, 'postgres'),
      ['-D', join(this.#folder, 'data'), ...args],
      { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'], ...serverUser },
    );
    this.#child = child;
    let log = '';
    // resolves with nothing once it takes connections, else with what it said
    const failure = await new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', () => resolve(log));
      child.stderr.on('data', (chunk) => {
        log = (log + String(chunk)).slice(-20_000);
        if (/ready to accept connections/.test(log)) resolve(undefined);
      });
    });
    if (failure !== undefined) throw new Error(`PostgreSQL did not come up: ${failure}`);
  }

  async restart() {
    await this.#end('SIGINT');
    await this.start();
  }

  async kill() {
    await this.#end('SIGQUIT');
  }

  async stop() {
    await this.#end('SIGINT');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

/** @type {typeof import('./index.d.mts').startPostgres} */
export async function startPostgres({ durable = false, settings = {} } = {}) {
  if ('why' in programs) throw new Error(programs.why);
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  try {
    if ('uid' in serverUser) chownSync(folder, serverUser.uid, serverUser.gid);
    const { status, stderr, error } = spawnSync(
      join(programs.folder, 'initdb'),
      [
        '-D',
        join(folder, 'data'),
        '-U',
        'postgres',
        '-A',
        'trust',
        '-E',
        'UTF8',
        '--locale=C',
        '--no-sync',
      ],
      { cwd: folder, encoding: 'utf8', ...serverUser },
    );
    if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? stderr}`);
    const server = new Server(programs, folder, await freePort(), {
      ...(durable ? {} : careless),
      ...settings,
    });
    await server.start();
    return server;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A port that nothing listens on. */
async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (listener.address());
  listener.close();
  await once(listener, 'close');
  return port;
}
