import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identify } from './process-identity.mjs';
import { writeTraces } from './traces.mjs';

const supervisor = fileURLToPath(new URL('./supervisor.mjs', import.meta.url));
/** What the end of a log is cut to in an error. */
const LOG_LINES = 15;

/**
 * @typedef {object} Plan
 * @property {import('./traces.mjs').Traces} traces
 * @property {string[]} ownFolders of the system, which the programs get empty ones in place of
 * @property {Record<string, string>} sysctls what the programs read and write in place of the kernel's
 *
 * @typedef {object} Start
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} env
 * @property {string} log
 *
 * @typedef {{ start: Start } | { signal: { name: string, signal: NodeJS.Signals } } | { finish: true }} Order
 */

/**
 * The programs of a cluster, in process and mount namespaces of their own: the end of the first process there ends all,
 * and with them their mounts. It alone knows which of them run.
 */
export class Isolation {
  /** @type {import('node:child_process').ChildProcess} */
  #child;
  /** @type {Plan} */
  #plan;
  /** @type {Set<string>} */
  #running = new Set();
  /** How each ended last. @type {Map<string, string>} */
  #ends = new Map();
  #isReady = false;

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {Plan} plan
   */
  constructor(child, plan) {
    this.#child = child;
    this.#plan = plan;
    // a process that ends has nobody to tell; sending to it fails later, where it says more
    child.on('error', () => child.emit('changed'));
    child.on('message', (/** @type {{ ready?: true, ended?: string, how?: string }} */ message) => {
      if (message.ended !== undefined) {
        this.#running.delete(message.ended);
        this.#ends.set(message.ended, message.how ?? '');
      } else this.#isReady = true;
      child.emit('changed');
    });
    child.on('exit', () => {
      this.#running.clear();
      child.emit('changed');
    });
  }

  /**
   * Notes the traces, then makes the namespaces.
   *
   * @param {Plan} plan
   * @param {string} searchPath for `PATH`
   */
  static async start(plan, searchPath) {
    const output = openSync(logOf(plan, 'supervisor'), 'a');
    const child = spawn(
      'unshare',
      [
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        // waits for orphans too, as the first process has to
        ...['sh', '-c', '"$@"; exit $?', 'sh'],
        ...[process.execPath, supervisor, JSON.stringify(plan)],
      ],
      // a terminal's Ctrl-C is for its owner, who ends it in order
      {
        stdio: ['ignore', output, output, 'ipc'],
        env: { ...process.env, PATH: searchPath },
        detached: true,
      },
    );
    closeSync(output);
    const isolation = new Isolation(child, plan);
    if (child.pid !== undefined) {
      const identity = identify(child.pid);
      if (identity) writeTraces({ ...plan.traces, isolation: identity });
    }
    while (!isolation.#isReady) {
      if (isolation.hasEnded)
        throw new Error(`no namespaces for a cluster:\n${isolation.log('supervisor')}`);
      await once(child, 'changed');
    }
    return isolation;
  }

  get hasEnded() {
    const { exitCode, signalCode, pid } = this.#child;
    return exitCode !== null || signalCode !== null || pid === undefined;
  }

  /** Path of a program's log. */
  logFile(/** @type {string} */ name) {
    return logOf(this.#plan, name);
  }

  /** The last lines of a program's log. */
  log(/** @type {string} */ name) {
    try {
      return readFileSync(this.logFile(name), 'utf8')
        .trim()
        .split('\n')
        .slice(-LOG_LINES)
        .join('\n');
    } catch {
      return '';
    }
  }

  /** Starts a program; it runs when this returns, though it may not be ready. @param {Omit<Start, 'log'>} start */
  run(start) {
    this.#running.add(start.name);
    this.#ends.delete(start.name);
    this.#send({ start: { ...start, log: this.logFile(start.name) } });
  }

  isRunning(/** @type {string} */ name) {
    return this.#running.has(name);
  }

  /** How a program ended that should run, with the end of its log; undefined while it runs. */
  failureOf(/** @type {string} */ name) {
    if (this.#running.has(name)) return undefined;
    return `${name} ended (${this.#ends.get(name) ?? 'with the others'}):\n${this.log(name)}`;
  }

  /**
   * Sends a signal and resolves when the program has ended.
   *
   * @param {string} name
   * @param {NodeJS.Signals} signal
   */
  async end(name, signal) {
    if (this.#running.has(name)) this.#send({ signal: { name, signal } });
    while (this.#running.has(name)) await once(this.#child, 'changed');
  }

  /** Ends everything and removes what it left; resolves when that is done. */
  async finish() {
    if (this.hasEnded) return;
    this.#send({ finish: true });
    while (!this.hasEnded) await once(this.#child, 'changed');
  }

  #send(/** @type {Order} */ order) {
    if (this.#child.connected) this.#child.send(order);
  }
}

const logOf = (/** @type {Plan} */ { traces }, /** @type {string} */ name) =>
  join(traces.folder, 'logs', `${name}.log`);
