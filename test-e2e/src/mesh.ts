import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ControlClient } from '@receptorjs/control-client';
import { freePort } from '@receptorjs/tooling-test-peers';

/** The root of the clone. */
export const root = join(import.meta.dirname, '..', '..');

/** The virtual environment with ansible-core and the Python originals. */
export const venv = process.env.RECEPTORJS_VENV ?? join(root, '.venv');

/** A built command of this clone. */
export const bin = (name: 'receptor' | 'receptorctl' | 'ansible-runner' | 'controller'): string =>
  join(root, 'bin', name);

/** Environment of daemons and commands: Ansible first on PATH. */
export const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(venv, 'bin'), process.env.PATH].join(delimiter),
  ANSIBLE_NOCOWS: '1',
};

/** Asks until the answer is there; the daemons of these tests are foreign processes, so there is no event to await. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await setTimeout(10);
  }
}

/** How a daemon of the test is run: ours by default. */
export interface DaemonOptions {
  readonly command?: string;
  /** Network namespace to run in; the test's own when not given. */
  readonly namespace?: string;
  /** Variables of its environment, besides those of the test. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further fields of the action `node`. */
  readonly node?: object;
  /** Further fields of the action `control-service`. */
  readonly control?: object;
}

/** One daemon: started from a configuration file, and started again from the same one after a kill. */
export class Daemon {
  readonly socket: string;
  readonly log: string;
  readonly config: string;
  #child: ChildProcess | undefined;

  constructor(
    readonly name: string,
    readonly folder: string,
    actions: readonly object[],
    readonly options: DaemonOptions = {},
  ) {
    this.socket = join(folder, `${name}.sock`);
    this.log = join(folder, `${name}.log`);
    this.config = join(folder, `${name}.yml`);
    this.configure(actions);
  }

  /** Writes the configuration file: what every daemon has, and these actions. */
  configure(actions: readonly object[]): void {
    const { node = {}, control = {} } = this.options;
    const items = [
      { node: { id: this.name, datadir: join(this.folder, 'data'), ...node } },
      { 'log-level': { level: 'debug' } },
      { 'control-service': { service: 'control', filename: this.socket, ...control } },
      ...actions,
    ];
    writeFileSync(this.config, items.map((item) => `- ${JSON.stringify(item)}\n`).join(''));
  }

  /** Resolves when the daemon's log has the text, after `from` characters. */
  async logs(text: string | RegExp, from = 0, timeoutMs = 30_000): Promise<void> {
    const has = (log: string): boolean =>
      typeof text === 'string' ? log.includes(text) : text.test(log);
    await until(
      `${String(text)} in the log of ${this.name}`,
      () => has(this.logText().slice(from)) || undefined,
      timeoutMs,
    );
  }

  /** Runs a verb of receptorctl against the daemon. */
  ctl(...args: readonly string[]): Promise<Finished> {
    return command(bin('receptorctl'), ['--socket', this.socket, ...args]);
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  start(): void {
    const out = openSync(this.log, 'a');
    const { command = bin('receptor'), namespace } = this.options;
    const words = [command, '--config', this.config];
    // it becomes the command: the process ID is the daemon's
    if (namespace !== undefined) words.unshift('ip', 'netns', 'exec', namespace);
    this.#child = spawn(words[0] ?? command, words.slice(1), {
      cwd: this.folder,
      env: { ...env, ...this.options.environment },
      stdio: ['ignore', out, out],
    });
    closeSync(out);
  }

  /** Ends the daemon and waits until it has. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return null;
    this.#child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    await once(child, 'exit');
    return child.exitCode;
  }

  /** Resolves with the exit code once the daemon has ended by itself. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) throw new Error(`${this.name} does not run`);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  /** A control connection, waiting for the socket of a daemon that has just been started. */
  control(): Promise<ControlClient> {
    return until(`the control socket of ${this.name}`, async () => {
      if (this.#child !== undefined && this.#child.exitCode !== null) {
        throw new Error(`${this.name} ended: ${this.logText()}`);
      }
      try {
        return await ControlClient.connect(`unix:${this.socket}`);
      } catch {
        return undefined;
      }
    });
  }

  async routeTo(node: string): Promise<void> {
    const control = await this.control();
    try {
      await until(`a route from ${this.name} to ${node}`, async () => {
        const { RoutingTable } = await control.status(['RoutingTable']);
        return RoutingTable && Object.hasOwn(RoutingTable, node) ? true : undefined;
      });
    } finally {
      control.close();
    }
  }

  logText(): string {
    return readFileSync(this.log, 'utf8');
  }
}

/** Daemons that end with the test. */
export class Mesh {
  /** A private folder of this mesh; short, for the sockets in it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'e2e-'));
  readonly #daemons: Daemon[] = [];

  start(name: string, actions: readonly object[], options: DaemonOptions = {}): Daemon {
    const daemon = new Daemon(name, this.folder, actions, options);
    this.#daemons.push(daemon);
    daemon.start();
    return daemon;
  }

  /** near - hop - far over TCP, with the work types of `far` given, once near and far know the way. */
  async chain(
    farActions: readonly object[],
    commands: { near?: string; hop?: string; far?: string } = {},
  ): Promise<{ near: Daemon; hop: Daemon; far: Daemon }> {
    const port = await freePort();
    const peer = { 'tcp-peer': { address: `127.0.0.1:${port}` } };
    const with_ = (command: string | undefined): DaemonOptions => (command ? { command } : {});
    const hop = this.start(
      'hop',
      [{ 'tcp-listener': { bindaddr: '127.0.0.1', port } }],
      with_(commands.hop),
    );
    const far = this.start('far', [peer, ...farActions], with_(commands.far));
    const near = this.start('near', [peer], with_(commands.near));
    await near.routeTo('far');
    await far.routeTo('near');
    return { near, hop, far };
  }

  async end(): Promise<void> {
    await Promise.all(this.#daemons.map((daemon) => daemon.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A finished command. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. `input` is its stdin. */
export async function command(
  path: string,
  args: readonly string[],
  {
    input = '',
    cwd = root,
    env: variables = env,
  }: { input?: string | Uint8Array; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const child = spawn(path, args, { cwd, env: variables, stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return {
    code,
    stdout: Buffer.concat(stdout).toString('utf8'),
    stderr: Buffer.concat(stderr).toString('utf8'),
  };
}
