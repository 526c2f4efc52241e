import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const venv =
  process.env.RECEPTORJS_VENV ?? fileURLToPath(new URL('../../../.venv', import.meta.url));

/** Why tests with real Ansible can't run here, or `undefined` when they can. */
export const ansibleMissing = existsSync(join(venv, 'bin', 'ansible-doc'))
  ? undefined
  : `no ansible-doc in ${venv}; set RECEPTORJS_VENV or run the set-up`;
if (ansibleMissing !== undefined) console.warn(`skipped: ${ansibleMissing}`);

/** Why comparisons with the Python runner can't run here, or `undefined` when they can. */
export const originalMissing = existsSync(join(venv, 'bin', 'ansible-runner'))
  ? undefined
  : `no ansible-runner in ${venv}; set RECEPTORJS_VENV or run the set-up`;
if (originalMissing !== undefined) console.warn(`skipped: ${originalMissing}`);

/** `PATH` with the virtual environment in front. */
export const ansiblePath = `${join(venv, 'bin')}${delimiter}${process.env.PATH ?? ''}`;

const SCRIPT = `
import contextlib, json, sys
import ansible_runner
name, arguments = sys.argv[1], json.loads(sys.argv[2])
with contextlib.redirect_stdout(sys.stderr):
    result = getattr(ansible_runner, name)(**arguments, quiet=True)
print(json.dumps(result))
`;

/** What a function of the Python runner returns. */
export async function original(
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<readonly unknown[]> {
  const { stdout } = await promisify(execFile)(
    join(venv, 'bin', 'python'),
    ['-c', SCRIPT, name, JSON.stringify(args)],
    { env: { ...process.env, PATH: ansiblePath }, maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as readonly unknown[];
}

const COMMAND_SCRIPT = `
import json, sys
from ansible_runner.config.command import CommandConfig
commands = []
for arguments, words in json.loads(sys.argv[1]):
    config = CommandConfig(**arguments)
    config.prepare_run_command(words[0], cmdline_args=words[1:])
    commands.append(config.command)
print(json.dumps(commands))
`;

/** The commands the Python runner's `run_command` would start, one for each of these arguments and words. */
export async function originalCommands(
  cases: readonly (readonly [Readonly<Record<string, unknown>>, readonly string[]])[],
): Promise<readonly (readonly string[])[]> {
  const words = ['-c', COMMAND_SCRIPT, JSON.stringify(cases)];
  const { stdout } = await promisify(execFile)(join(venv, 'bin', 'python'), words);
  return JSON.parse(stdout) as readonly (readonly string[])[];
}
