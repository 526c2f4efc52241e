import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The program that `RECEPTOR_GO` names, or why there is none. */
export const goProgram: { readonly path?: string; readonly missing: string } = (() => {
  const path = process.env['RECEPTOR_GO'];
  if (path === undefined || path === '') {
    return { missing: 'skipped: RECEPTOR_GO does not name a Go receptor' };
  }
  return existsSync(path) ? { path, missing: '' } : { missing: `skipped: there is no ${path}` };
})();

/** A port that was free a moment ago, for TCP and most likely for UDP. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A running Go receptor with a control service. It alone writes its fields. */
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
    process.on('exit', () => process.emit('log'));
  }

  /** Starts one with these further configuration items and environment; resolves when it is ready. */
  static async start(
    nodeId: string,
    items: readonly object[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<GoReceptor> {
    const folder = await mkdtemp(join(tmpdir(), 'go-receptor-'));
    const file = join(folder, 'config.yml');
    const config = [
      { node: { id: nodeId, datadir: folder } },
      { 'control-service': { service: 'control', filename: join(folder, 'control.sock') } },
      ...items,
    ];
    await writeFile(file, JSON.stringify(config));
    const child = spawn(goProgram.path ?? 'receptor', ['--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const started = new GoReceptor(child, folder);
    await started.logged(/Initialization complete/);
    return started;
  }

  /** Resolves when the log matches. */
  async logged(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#log)) {
      if (this.#process.exitCode !== null) throw new Error(`receptor ended:\n${this.#log}`);
      await once(this.#process, 'log');
    }
  }

  /** Forgets what was logged, so that the same may be waited for again. */
  forgetLog(): void {
    this.#log = '';
  }

  /** Resolves when it has a route to the node. */
  async reaches(nodeId: string): Promise<void> {
    await this.logged(new RegExp(`Routing Table:[^]*\\b${nodeId} via `));
  }

  /** Pings a node from it; resolves with the answer. */
  async ping(nodeId: string): Promise<unknown> {
    const socket = connect(join(this.#folder, 'control.sock'));
    try {
      const lines = createInterface(socket)[Symbol.asyncIterator]();
      await lines.next();
      socket.write(`ping ${nodeId}\n`);
      const answer = await lines.next();
      return JSON.parse(String(answer.value)) as unknown;
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
