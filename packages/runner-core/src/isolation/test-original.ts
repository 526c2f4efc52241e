import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { venv } from '../ansible-fixture.js';

/** Why comparisons with the Python runner can't run here, or `undefined` when they can. */
export const originalMissing = existsSync(join(venv, 'bin', 'ansible-runner'))
  ? undefined
  : `no ansible-runner in ${venv}; set RECEPTORJS_VENV or run the set-up`;
if (originalMissing !== undefined) console.warn(`skipped: ${originalMissing}`);

const SCRIPT = `
import json, sys
from ansible_runner.config.runner import RunnerConfig
commands = []
for arguments in json.loads(sys.argv[1]):
    config = RunnerConfig(**arguments)
    config.prepare()
    commands.append(config.command)
print(json.dumps(commands))
`;

/** The commands the Python runner would start, one for each of these arguments of its \`run\`. */
export async function originalCommands(
  args: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly (readonly string[])[]> {
  const { stdout } = await promisify(execFile)(join(venv, 'bin', 'python'), [
    ...['-c', SCRIPT, JSON.stringify(args)],
  ]);
  return JSON.parse(stdout) as readonly (readonly string[])[];
}
