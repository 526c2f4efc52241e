import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { here } from '@receptorjs/tooling-attacks/commands';
import { until } from '@receptorjs/tooling-attacks/until';

/** Milliseconds for a controller to answer, and to end. */
const START_MS = 120_000;
const END_MS = 20_000;
const PASSWORD = 'trial';

/**
 * @typedef {object} ControllerSettings
 * @property {string} name
 * @property {string} folder in which its log is
 * @property {string} dataDir of all controllers
 * @property {string} socket of the node beside it; absent: it brings one along
 * @property {string | undefined} database URL of PostgreSQL; absent for the database in the folder
 * @property {NodeJS.ProcessEnv} env
 */

/** A controller that is a process, and that is asked as clients ask it. It alone writes its fields. */
export class ControllerProcess {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #settings;
  #address = '';

  constructor(/** @type {ControllerSettings} */ settings) {
    this.#settings = settings;
    this.name = settings.name;
    this.log = join(settings.folder, `controller-${settings.name}.log`);
  }

  get pid() {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  /** Starts it, and resolves when it answers, with how many milliseconds that took. */
  async start() {
    const { name, dataDir, socket, database, env } = this.#settings;
    const from = this.logText().length;
    const out = openSync(this.log, 'a');
    const words = ['--data-dir', dataDir, '--port', '0', '--node', name];
    if (socket !== '') words.push('--receptor', `unix:${socket}`, '--node-type', 'control');
    const begun = performance.now();
    // the program itself, so that a signal is for it alone
    const child = spawn(
      process.execPath,
      [join(here, 'apps/controller/dist/cli.js'), 'serve', ...words],
      {
        env: {
          ...env,
          CONTROLLER_ADMIN_PASSWORD: PASSWORD,
          ...(database !== undefined && { DATABASE_URL: database }),
        },
        stdio: ['ignore', out, out],
      },
    );
    closeSync(out);
    this.#child = child;
    // nothing is left of a trial that ends early
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    this.#address = await until(
      `an answer of ${name}`,
      () => {
        if (child.exitCode !== null)
          throw new Error(`${name} ended: ${this.logText().slice(from)}`);
        return /answers at (http:\S+?)\/api/.exec(this.logText().slice(from))?.[1];
      },
      START_MS,
    );
    return performance.now() - begun;
  }

  get isRunning() {
    return (
      this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
    );
  }

  signal(/** @type {NodeJS.Signals} */ signal) {
    process.kill(this.pid, signal);
  }

  /** Ends it and waits until it has. */
  async stop(/** @type {NodeJS.Signals} */ signal = 'SIGTERM') {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    const patience = setTimeout(() => child.kill('SIGKILL'), END_MS);
    child.kill(signal);
    await once(child, 'exit');
    clearTimeout(patience);
  }

  /**
   * Asks its interface.
   *
   * @param {'GET' | 'POST' | 'PATCH'} method
   * @param {string} path after `/api/v2/`
   * @param {unknown} [body]
   * @returns {Promise<any>} what it has answered
   * @throws Error for an answer that is none of success
   */
  async ask(method, path, body) {
    const response = await fetch(`${this.#address}/api/v2/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path} of ${this.name}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  logText() {
    try {
      return readFileSync(this.log, 'utf8');
    } catch {
      return '';
    }
  }
}
