import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLine } from './read-stream.mjs';

const named = process.env.RECEPTOR_GO ?? '';
const why =
  named === ''
    ? 'RECEPTOR_GO does not name a Go receptor'
    : existsSync(named)
      ? ''
      : `RECEPTOR_GO: there is no ${named}`;

/** @type {typeof import('./index.d.mts').goReceptor} */
export const goReceptor =
  why === '' ? { path: named, missing: '' } : { path: '', missing: `skipped: ${why}` };

/** @type {import('./index.d.mts').skipsWithoutGo} */
export function skipsWithoutGo(what = 'skipped') {
  if (why === '') return false;
  console.warn(`${what}: ${why}`);
  return true;
}

/** @implements {GoReceptorMembers} @typedef {import('./index.d.mts').GoReceptor} GoReceptorMembers */
export class GoReceptor {
  /** @type {import('node:child_process').ChildProcess} */
  #child;
  /** @type {string} */
  #folder;
  #log = '';
  /** Why the binary could not be run. @type {Error | undefined} */
  #failure;

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {string} folder
   */
  constructor(child, folder) {
    this.#child = child;
    this.#folder = folder;
    for (const output of [child.stdout, child.stderr])
      output?.on('data', (chunk) => {
        this.#log += String(chunk);
        child.emit('log');
      });
    child.on('exit', () => child.emit('log'));
    child.on('error', (error) => {
      this.#failure = error;
      child.emit('log');
    });
  }

  /**
   * @param {string} nodeId
   * @param {readonly object[]} items
   * @param {import('./index.d.mts').GoReceptorOptions} [options]
   */
  static async start(nodeId, items, { node = {}, environment = {} } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'go-receptor-'));
    const file = join(folder, 'config.yml');
    const config = [
      { node: { id: nodeId, datadir: folder, ...node } },
      { 'control-service': { service: 'control', filename: join(folder, 'control.sock') } },
      ...items,
    ];
    await writeFile(file, JSON.stringify(config));
    const child = spawn(goReceptor.path, ['--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const started = new GoReceptor(child, folder);
    try {
      await started.logged(/Initialization complete/);
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  get socket() {
    return join(this.#folder, 'control.sock');
  }

  get log() {
    return this.#log;
  }

  async logged(/** @type {RegExp} */ pattern) {
    while (!pattern.test(this.#log)) {
      if (this.#failure) throw this.#failure;
      if (this.#hasEnded) throw new Error(`receptor ended:\n${this.#log}`);
      await once(this.#child, 'log');
    }
  }

  forgetLog() {
    this.#log = '';
  }

  async reaches(/** @type {string} */ nodeId) {
    await this.logged(new RegExp(`Routing Table:[^]*\\b${nodeId} via `));
  }

  async control() {
    const socket = connect({ path: this.socket, allowHalfOpen: true });
    await readLine(socket);
    return socket;
  }

  async command(/** @type {string} */ line) {
    const socket = await this.control();
    try {
      socket.write(`${line}\n`);
      return await readLine(socket);
    } finally {
      socket.destroy();
    }
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal = 'SIGKILL') {
    if (!this.#hasEnded && !this.#failure) {
      this.#child.kill(signal);
      await once(this.#child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
