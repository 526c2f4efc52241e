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
config = RunnerConfig(**json.loads(sys.argv[1]))
config.prepare()
print(json.dumps(config.command))
`;

/** The command the Python runner would start for these arguments of its \`run\`. */
export async function originalCommand(
  args: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(join(venv, 'bin', 'python'), [
    ...['-c', SCRIPT, JSON.stringify(args)],
  ]);
  return JSON.parse(stdout) as readonly string[];
}
