import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..', '..');
export const venv = process.env['RECEPTORJS_VENV'] ?? join(root, '.venv');
/** Milliseconds for a controller to come up, and for a command of a client, on a busy machine. */
export const START_MS = 240_000;
export const COMMAND_MS = 120_000;

/** What a test of a controller needs, and what to say where it is missing. */
const needed = [
  [join(root, 'apps', 'controller', 'dist', 'cli.js'), 'the controller is not built'],
  [join(root, 'apps', 'receptor', 'dist', 'cli.js'), 'the receptor is not built'],
  [join(root, 'apps', 'ansible-runner', 'dist', 'cli.js'), 'the runner is not built'],
] as const;

/** Whether a test can not be run here; says on the console why. */
export function isMissing(...more: readonly (readonly [path: string, why: string])[]): boolean {
  const missing = [...more, ...needed].filter(([path]) => !existsSync(path));
  if (missing.length > 0) console.warn(`skipped: ${missing.map(([, why]) => why).join('; ')}`);
  return missing.length > 0;
}

/** The awx command line, as {@link isMissing} takes it. */
export const awxProgram = [
  join(venv, 'bin', 'awx'),
  'the awx command line is not installed',
] as const;

/** What a command has said, and its exit code. */
export interface Said {
  readonly code: number | null;
  readonly output: string;
}

/** A controller as people start it, with a folder of its own. */
export interface TestController {
  readonly url: string;
  readonly folder: string;
  readonly password: string;
  /** Runs the awx command line as its administrator. */
  awx(args: readonly string[], input?: string): Said;
  /** The answer of a command that must end well. @throws {Error} with what it said where it does not */
  answer(...args: readonly string[]): Record<string, unknown>;
  stop(): Promise<void>;
}

/** Starts a controller on a free port. */
export async function startController(node: string): Promise<TestController> {
  const folder = mkdtempSync(join(tmpdir(), 'controller-'));
  const password = randomBytes(12).toString('hex');
  const child = spawn(
    join(root, 'bin', 'controller'),
    ['--data-dir', folder, '--port', '0', '--node', node],
    {
      env: {
        ...process.env,
        PATH: `${join(venv, 'bin')}:${process.env['PATH'] ?? ''}`,
        CONTROLLER_ADMIN_PASSWORD: password,
        DATABASE_URL: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const url = await addressOf(child);
  const awx = (args: readonly string[], input = ''): Said => {
    const { status, stdout, stderr } = spawnSync(awxProgram[0], args, {
      encoding: 'utf8',
      timeout: COMMAND_MS * 2,
      maxBuffer: 2 ** 28,
      input,
      env: {
        ...process.env,
        PYTHONWARNINGS: 'ignore',
        CONTROLLER_HOST: url,
        CONTROLLER_USERNAME: 'admin',
        CONTROLLER_PASSWORD: password,
        CONTROLLER_COLOR: 'f',
      },
    });
    return { code: status, output: stdout + (status === 0 ? '' : stderr) };
  };
  return {
    url,
    folder,
    password,
    awx,
    answer(...args) {
      const { code, output } = awx(args);
      if (code !== 0) throw new Error(`awx ${args.join(' ')} ended with ${code}: ${output}`);
      return JSON.parse(output) as Record<string, unknown>;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /answers at (http:\S+)\/api\/v2\//.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', (code) => {
      reject(new Error(`the controller ended with ${code}: ${output}`));
    });
  });
}
