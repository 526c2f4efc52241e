import { spawn } from 'node:child_process';

/** A reason to stop that the user can do something about: one sentence, no stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options] `show`: let its output through
 *   instead of collecting it
 * @returns {Promise<{ code: number, output: string }>} the exit code (127 when it could not be started) and the last
 *   200,000 characters of its output
 */
export function run(command, args, { cwd, env = process.env, show = false } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + String(chunk)).slice(-200_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }));
  });
}

/**
 * Does one step of the set-up and says how long it took.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = performance.now();
  const result = await work();
  console.log(`  ${title.padEnd(44)} ${seconds(performance.now() - started)}`);
  return result;
}

/**
 * @param {number} ms
 * @returns {string} seconds with one decimal
 */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`.padStart(8);

/**
 * Runs a program's main function; a SetupError ends it with its sentence and exit code 1.
 *
 * @param {() => Promise<number | void>} main returns the exit code
 */
export async function program(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\nError: ${error.message}`);
    process.exitCode = 1;
  }
}
