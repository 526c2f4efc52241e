import { validated, type CommandLine, type Environment, type Refuse } from './checked-options.js';
import {
  OPTIONS,
  optionNames,
  type CommandLineOptions,
  type Scope,
} from './command-line-options.js';
import { readWords } from './command-parsers.js';

/**
 * Reads a command line. Options may stand before and after the subcommand and mean the same there; what stands
 * after `adhoc` and `playbook` belongs to Ansible.
 *
 * @throws {UsageError} for whatever is unknown, missing or contradictory
 * @throws {Answered} for `--help` and `--version`
 */
export function parseCommandLine(
  words: readonly string[],
  environment: Environment,
  version: string,
): CommandLine {
  const { parsed, refuse } = readWords(words, version);
  const {
    command,
    worker_subcommand: below,
    folder: privateDataDir,
    words: handedOn = [],
    ...given
  } = parsed;
  const subcommand: Scope = below === undefined ? command : 'worker cleanup';
  const options: CommandLineOptions = { verbose: 0, ...given };
  refuseForeign(subcommand, options, refuse);
  return {
    subcommand,
    words: handedOn,
    privateDataDir,
    options: validated(subcommand, options, { environment, refuse }),
  };
}

/** Options before the subcommand may be those of another one; behind it, its parser has refused them. */
function refuseForeign(subcommand: Scope, options: CommandLineOptions, refuse: Refuse): void {
  const scopes: readonly Scope[] =
    subcommand === 'worker cleanup' ? ['worker', subcommand] : [subcommand];
  const known = new Set<string>();
  const foreign = new Map<string, string>();
  for (const row of OPTIONS.flatMap(({ rows }) => rows)) {
    const { key, names } = optionNames(row);
    if (row.of === undefined || row.of.some((scope) => scopes.includes(scope))) known.add(key);
    else foreign.set(key, names.join('/'));
  }
  for (const [key, names] of foreign) {
    if (known.has(key) || !Object.hasOwn(options, key)) continue;
    if (key === 'verbose' && options.verbose === 0) continue;
    refuse(`argument ${names}: not allowed with ${subcommand}`);
  }
}
