import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterTest } from './test-mesh.js';

/** The program that `RECEPTOR_GO` names, or why there is none. */
export const goProgram: { readonly path: string; readonly missing: string } = (() => {
  const path = process.env['RECEPTOR_GO'] ?? '';
  if (path === '') return { path, missing: 'skipped: RECEPTOR_GO does not name a Go receptor' };
  return { path, missing: existsSync(path) ? '' : `skipped: there is no ${path}` };
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

/** A running Go receptor, ended after the test. It alone writes its fields. */
export class GoReceptor {
  #log = '';

  private constructor(private readonly child: ChildProcess) {
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString();
        child.emit('log');
      });
    }
    child.on('exit', () => child.emit('log'));
    afterTest(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    });
  }

  /** Starts one with these configuration items, its files in `folder`; resolves when it is ready. */
  static async start(
    nodeId: string,
    folder: string,
    items: readonly object[],
  ): Promise<GoReceptor> {
    const file = join(folder, `${nodeId}.yml`);
    const config = [{ node: { id: nodeId, datadir: folder } }, { 'local-only': {} }, ...items];
    await writeFile(file, JSON.stringify(config));
    const started = new GoReceptor(spawn(goProgram.path, ['--config', file]));
    await started.logged(/Initialization complete/);
    return started;
  }

  /** Resolves when the log matches. */
  async logged(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#log)) {
      if (this.child.exitCode !== null) throw new Error(`receptor ended:\n${this.#log}`);
      await once(this.child, 'log');
    }
  }
}
