import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program that `RECEPTOR_GO` names, or why there is none. */
export const goReceptor: { readonly path?: string; readonly missing: string } = (() => {
  const path = process.env['RECEPTOR_GO'];
  if (path === undefined || path === '') {
    return { missing: 'skipped: RECEPTOR_GO does not name a Go receptor' };
  }
  return existsSync(path) ? { path, missing: '' } : { missing: `skipped: there is no ${path}` };
})();

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A running Go receptor, for tests; one node with a control service. */
export class GoReceptor {
  readonly #process: ChildProcess;
  readonly #folder: string;
  #log = '';

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process;
    this.#folder = folder;
    for (const output of [process.stdout, process.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString();
        process.emit('log');
      });
    }
  }

  /** Starts one with these further configuration items and waits until it is ready. */
  static async start(
    nodeId: string,
    items: readonly object[],
    nodeFields: object = {},
  ): Promise<GoReceptor> {
    const folder = await mkdtemp(join(tmpdir(), 'go-receptor-'));
    const config = [
      { node: { id: nodeId, datadir: folder, ...nodeFields } },
      { 'control-service': { service: 'control', filename: join(folder, 'control.sock') } },
      ...items,
    ];
    const file = join(folder, 'config.yml');
    await writeFile(file, JSON.stringify(config));
    const child = spawn(goReceptor.path ?? 'receptor', ['--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new GoReceptor(child, folder);
    await started.logged(/Initialization complete/);
    return started;
  }

  /** What it has logged so far. */
  get log(): string {
    return this.#log;
  }

  /** Resolves when the log matches. */
  async logged(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#log)) {
      if (this.#process.exitCode !== null) throw new Error(`receptor ended:\n${this.#log}`);
      await Promise.race([once(this.#process, 'log'), once(this.#process, 'exit')]);
    }
  }

  /** A control session, past its greeting. */
  async control(): Promise<Socket> {
    const socket = connect({ path: join(this.#folder, 'control.sock'), allowHalfOpen: true });
    await readLine(socket);
    return socket;
  }

  /** Sends one command and returns the line it is answered with. */
  async command(line: string): Promise<string> {
    const socket = await this.control();
    try {
      socket.write(`${line}\n`);
      return await readLine(socket);
    } finally {
      socket.destroy();
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill(signal);
      await once(this.#process, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Reads up to and without the next newline, byte by byte so that what follows stays in the stream. */
export async function readLine(stream: NodeJS.ReadableStream): Promise<string> {
  let line = '';
  for (;;) {
    const byte = stream.read(1) as Buffer | null;
    if (byte === null) {
      if (!stream.readable) throw new Error(`the stream ended after ${JSON.stringify(line)}`);
      await Promise.race([once(stream, 'readable'), once(stream, 'end')]);
    } else if (byte[0] === 10) {
      return line;
    } else {
      line += byte.toString('latin1');
    }
  }
}
