import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, SetupError } from '@receptorjs/tooling-bootstrap/steps.mjs';
import { bundleShortForm } from './bundle.mjs';

/**
 * Runs the short form on a Node, and prints what it counted.
 *
 * @param {() => Promise<string[]>} find resolves with the command that the file to run is appended to
 * @returns {Promise<{ code: number, output: string } | { missing: string }>} `missing`: why there is no such Node here
 */
export async function runShortForm(find) {
  let command;
  try {
    command = await find();
    await checkRuns(command);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.warn(`skipped: ${error.message}`);
    return { missing: error.message };
  }
  const folder = await mkdtemp(join(tmpdir(), 'quic-platforms-'));
  try {
    const [program = '', ...args] = command;
    const result = await run(program, [...args, await bundleShortForm(folder)]);
    console.log(result.output.trim());
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string[]} command */
async function checkRuns([program = '', ...args]) {
  const { code, output } = await run(program, [...args, '--version']);
  if (code !== 0) throw new SetupError(`${program} does not run here: ${output.trim()}`);
}
