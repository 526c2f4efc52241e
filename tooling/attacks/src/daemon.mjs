import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlClient } from '@receptorjs/control-client';
import { until } from './until.mjs';

/** Milliseconds a daemon has to end after SIGTERM. */
const END_MS = 10_000;

/** Memory of a process in MB, from /proc: `VmRSS` is that of now, `VmHWM` its peak. 0 when it has ended. */
export function memoryMb(/** @type {number} */ pid, /** @type {'VmRSS' | 'VmHWM'} */ which) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/**
 * @typedef {object} DaemonFields
 * @property {object} [node] further fields of the action `node`
 * @property {object} [control] further fields of the action `control-service`
 * @property {number | undefined} [diskMb] the data directory is a file system of its own, so large; needs root
 */

/** A file system in a mount namespace of its own, and then a command: `$0` is the folder, `$1` the size. */
const ON_A_SMALL_DISK =
  'mkdir -p "$0" && mount -t tmpfs -o mode=700,size="$1" tmpfs "$0" && shift && exec "$@"';

/** One daemon, started from a configuration file, and started again from the same one. It alone writes its fields. */
export class Daemon {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #config;
  /** @type {string[]} */
  #words;

  /**
   * @param {import('./commands.mjs').Commands} commands
   * @param {string} name
   * @param {string} folder
   * @param {readonly object[]} actions those besides node, log-level and control-service
   * @param {DaemonFields} [fields]
   */
  constructor(commands, name, folder, actions, { node = {}, control = {}, diskMb } = {}) {
    this.commands = commands;
    this.name = name;
    this.folder = folder;
    this.dataDir = join(folder, `data-${name}`);
    this.socket = join(folder, `${name}.sock`);
    this.log = join(folder, `${name}.log`);
    this.#config = join(folder, `${name}.yml`);
    this.#words = [commands.receptor, '--config', this.#config];
    if (diskMb !== undefined) {
      const disk = ['unshare', '--mount', 'sh', '-c', ON_A_SMALL_DISK, this.dataDir, `${diskMb}m`];
      this.#words.unshift(...disk);
    }
    const items = [
      { node: { id: name, datadir: this.dataDir, ...node } },
      { 'log-level': { level: 'info' } },
      { 'control-service': { service: 'control', filename: this.socket, ...control } },
      ...actions,
    ];
    writeFileSync(this.#config, items.map((item) => `- ${JSON.stringify(item)}\n`).join(''));
  }

  start() {
    const out = openSync(this.log, 'a');
    const [command = '', ...args] = this.#words;
    const child = spawn(command, args, {
      cwd: this.folder,
      env: this.commands.env,
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    this.#child = child;
    // nothing is left of a run that ends early
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
  }

  get pid() {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  /** How it ended: an exit code or a signal; undefined while it runs. */
  get end() {
    return this.#child?.exitCode ?? this.#child?.signalCode ?? undefined;
  }

  /** Resolves when it has ended, with the code or signal. */
  async ended() {
    if (this.#child && this.end === undefined) await once(this.#child, 'exit');
    return this.end;
  }

  signal(/** @type {NodeJS.Signals} */ signal) {
    process.kill(this.pid, signal);
  }

  async stop(/** @type {NodeJS.Signals} */ signal = 'SIGTERM') {
    if (this.#child === undefined || this.end !== undefined) return;
    const patience = setTimeout(() => this.#child?.kill('SIGKILL'), END_MS);
    this.#child.kill(signal);
    await this.ended();
    clearTimeout(patience);
  }

  /** A client of its Unix socket, as soon as it answers. */
  control() {
    return until(`the control socket of ${this.name}`, async () => {
      if (this.end !== undefined) throw new Error(`${this.name} ended: ${this.logText()}`);
      return ControlClient.connect(`unix:${this.socket}`).catch(() => undefined);
    });
  }

  /** Resolves when it has a route to the node. */
  async routeTo(/** @type {string} */ node) {
    const client = await this.control();
    try {
      await until(`a route from ${this.name} to ${node}`, async () => {
        const { RoutingTable } = await client.status(['RoutingTable']);
        return RoutingTable && Object.hasOwn(RoutingTable, node) ? true : undefined;
      });
    } finally {
      client.close();
    }
  }

  logText() {
    return readFileSync(this.log, 'utf8');
  }

  logBytes() {
    return statSync(this.log).size;
  }
}
