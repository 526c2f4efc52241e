import { join, resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { inventoryInput } from './inventory-input.js';
import { jsonText } from '../events/json-text.js';
import { playbookInput } from './playbook-input.js';
import type { RunInputs } from './private-data-dir.js';
import { type Places, type PrivateFile, type Word } from '../artifacts/private-files.js';
import type { RunOptions } from './run-options.js';

/** The command of a run and the files it names. */
export interface CommandLine {
  /** Makes the command, given where the job sees things. */
  readonly command: (places: Places) => string[];
  readonly files: readonly PrivateFile[];
  /** Variables the job gets unless its environment has them already. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Decides the command of a run, words in the order of the original.
 *
 * @throws {ConfigurationError} when the options contradict each other or can't be used.
 */
export async function commandLine(options: RunOptions, inputs: RunInputs): Promise<CommandLine> {
  if (inputs.args !== undefined) {
    const fixed = inputs.args;
    if (fixed.length === 0)
      throw new ConfigurationError('No executable for runner to run: args is empty.');
    return { command: () => [...fixed], files: [], env: {} };
  }
  const words: Word[] = [executable(options), ...inputs.cmdline];
  const inventory = await inventoryInput(options, inputs);
  for (const word of inventory.words) words.push('-i', word);
  if (options.limit) words.push('--limit', options.limit);
  const files: PrivateFile[] = [...inventory.files];
  if (inputs.extravarsFile) words.push('-e', ({ root }) => `@${join(root, 'env', 'extravars')}`);
  if (typeof options.extravars === 'string') {
    const file = resolve(options.extravars);
    words.push('-e', ({ pathOf }) => `@${pathOf(file)}`);
  } else if (options.extravars && Object.keys(options.extravars).length > 0) {
    files.push({
      name: 'extravars',
      content: jsonText(options.extravars, 'extravars'),
      // A program of the user's may run Ansible more than once.
      readOnce: !options.binary,
    });
    words.push('-e', ({ privateDir }) => `@${join(privateDir, 'extravars')}`);
  }
  words.push(...numbersAndTags(options));
  if (options.module) {
    words.push('-m', options.module);
    if (options.moduleArgs) words.push('-a', options.moduleArgs);
    if (options.hostPattern) words.push(options.hostPattern);
  } else {
    const playbook = await playbookInput(options, inputs);
    if (playbook !== undefined) {
      words.push(playbook.word);
      for (const file of playbook.files) files.push(file);
    }
  }
  const wrong = (words as readonly unknown[]).find(
    (word) => typeof word !== 'string' && typeof word !== 'function',
  );
  if (wrong !== undefined)
    throw new ConfigurationError(
      `${JSON.stringify(wrong)} can't be a word of the command: limit, tags and the like must be texts.`,
    );
  return {
    command: (places) => words.map((word) => (typeof word === 'string' ? word : word(places))),
    files,
    env: inventory.env ?? {},
  };
}

function numbersAndTags(options: RunOptions): string[] {
  const words: string[] = [];
  const verbosity = options.verbosity ?? 0;
  if (!Number.isInteger(verbosity) || verbosity < 0 || verbosity > 100)
    throw new ConfigurationError(`verbosity must be a number from 0 to 100; it is ${verbosity}.`);
  if (verbosity > 0) words.push(`-${'v'.repeat(verbosity)}`);
  if (options.tags) words.push('--tags', options.tags);
  if (options.skipTags) words.push('--skip-tags', options.skipTags);
  if (options.forks !== undefined && options.forks !== 0) {
    if (!Number.isInteger(options.forks) || options.forks < 0)
      throw new ConfigurationError(
        `forks must be a positive whole number; it is ${options.forks}.`,
      );
    words.push('--forks', String(options.forks));
  }
  return words;
}

function executable(options: RunOptions): string {
  const playbook = options.playbook !== undefined && options.playbook !== '';
  if (playbook && options.module)
    throw new ConfigurationError('Only one of playbook and module options are allowed');
  if (options.role && (playbook || options.module))
    throw new ConfigurationError('Only one of playbook, module and role options are allowed');
  if (options.binary) return options.binary;
  if (options.module) return 'ansible';
  if (playbook || options.role) return 'ansible-playbook';
  throw new ConfigurationError(
    'No executable for runner to run: name a playbook, a role, a module or a binary.',
  );
}
