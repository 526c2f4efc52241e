import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../../repo-rules/src/workspace.mjs';

const venv = process.env.RECEPTORJS_VENV ?? join(root, '.venv');

/** A folder in which examples run as at a user's: the packages are installed, the commands are on the PATH. */
export class Workplace {
  folder = mkdtempSync(join(tmpdir(), 'doc-example-'));
  /** Processes that run until {@link Workplace.remove}. @type {import('node:child_process').ChildProcess[]} */
  #children = [];
  /** Servers of the test itself. @type {{ close(): unknown }[]} */
  #servers = [];

  /** @param {{ linked?: boolean }} [options] `linked`: with the packages of the workspace; without, nothing is installed */
  constructor({ linked = true } = {}) {
    if (linked)
      symlinkSync(join(root, 'tooling/doc-examples/node_modules'), this.path('node_modules'));
    this.write('package.json', '{"type":"module"}\n');
  }

  /** @param {string[]} parts */
  path(...parts) {
    return join(this.folder, ...parts);
  }

  /** Writes a file and the folders above it. */
  write(/** @type {string} */ path, /** @type {string} */ text) {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** Keeps a server until the end. */
  keep(/** @type {{ close(): unknown }} */ server) {
    this.#servers.push(server);
  }

  get env() {
    const path = [
      this.path('node_modules', '.bin'),
      join(root, 'bin'),
      join(venv, 'bin'),
      dirname(process.execPath),
      process.env.PATH,
    ];
    return {
      ...process.env,
      PATH: path.join(delimiter),
      TMPDIR: this.folder,
      ANSIBLE_NOCOLOR: '1',
    };
  }

  /**
   * Runs a command to its end, or until its output shows `until` (all of them, in any order); it then goes on until the
   * place is removed.
   *
   * @param {string} command
   * @param {string[]} args
   * @param {{ until?: RegExp | RegExp[] | undefined, input?: string | undefined }} [options]
   * @returns {Promise<{ code: number | null, output: string }>} what it wrote to both streams
   */
  run(command, args, { until, input } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: this.folder,
        env: this.env,
        stdio: ['pipe', 'pipe', 'pipe'],
        // a shell's children end with it
        detached: true,
      });
      this.#children.push(child);
      let output = '';
      const awaited = until === undefined ? [] : [until].flat();
      const take = (/** @type {Buffer} */ chunk) => {
        output += String(chunk);
        if (awaited.length > 0 && awaited.every((pattern) => pattern.test(output)))
          resolve({ code: null, output });
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.stdin.on('error', () => undefined);
      child.stdin.end(input ?? '');
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    });
  }

  async remove() {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const closed = new Promise((resolve) => child.once('close', resolve));
      try {
        process.kill(-child.pid, 'SIGTERM');
      } catch {
        continue; // it has just ended
      }
      await closed;
    }
    for (const server of this.#servers) await server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
