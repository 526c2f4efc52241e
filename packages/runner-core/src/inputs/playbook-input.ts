import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { jsonText } from '../events/json-text.js';
import type { RunInputs } from './private-data-dir.js';
import { privatePath, type PrivateFile, type Word } from '../artifacts/private-files.js';
import type { Play, RunOptions } from './run-options.js';

/** What a run uses as playbook. */
export interface PlaybookInput {
  readonly word: Word;
  readonly files: readonly PrivateFile[];
}

/**
 * Decides the playbook of a run: the file of the option, the plays of the option, or one that runs the role; `undefined`
 * when there is none.
 *
 * @throws {ConfigurationError} for plays that JSON can't hold.
 */
export async function playbookInput(
  options: RunOptions,
  inputs: RunInputs,
): Promise<PlaybookInput | undefined> {
  const { playbook } = options;
  if (options.role) return generated([rolePlay(options.role, options)], inputs.cwd);
  if (playbook === undefined || playbook === '') return undefined;
  if (typeof playbook === 'string') return { word: seenFrom(inputs.cwd, playbook), files: [] };
  const plays: readonly Play[] = isList(playbook) ? playbook : [playbook];
  if (plays.length === 0)
    throw new ConfigurationError('The playbook is an empty list: it needs a play.');
  return generated(plays, inputs.cwd);
}

function isList(playbook: Play | readonly Play[]): playbook is readonly Play[] {
  return Array.isArray(playbook);
}

/** An absolute path below the working folder is wherever the job works, which may be in a copy. */
function seenFrom(cwd: string, playbook: string): Word {
  if (!isAbsolute(playbook)) return playbook;
  const below = relative(cwd, playbook);
  return below.startsWith('..') ? playbook : (seen) => join(seen.cwd, below);
}

function rolePlay(role: string, { hosts, roleVars, roleSkipFacts }: RunOptions): Play {
  return {
    hosts: hosts ?? 'all',
    roles: [{ name: role, ...(roleVars && { vars: roleVars }) }],
    // Always said, as in the original: where nothing is, the setting `gathering` of Ansible decides.
    gather_facts: roleSkipFacts !== true,
  };
}

const FOLDER = 'project';

/**
 * A playbook in the run's temporary folder, amid links to what lies in the project, because Ansible looks for roles,
 * variables and files beside the playbook.
 */
async function generated(plays: readonly Play[], project: string): Promise<PlaybookInput> {
  const beside = await readdir(project);
  const name = freeName(new Set(beside));
  return {
    word: privatePath(join(FOLDER, name)),
    files: [
      { name: join(FOLDER, name), content: jsonText(plays, 'playbook') },
      ...beside.map((entry) => ({
        name: join(FOLDER, entry),
        target: (seen: { cwd: string }) => join(seen.cwd, entry),
      })),
    ],
  };
}

function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'main.json' : `main-${number}.json`;
    if (!taken.has(name)) return name;
  }
}
