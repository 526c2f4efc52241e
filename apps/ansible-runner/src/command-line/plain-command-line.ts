import { validated, type CommandLine, type Environment } from './checked-options.js';
import {
  optionNames,
  optionsOf,
  type CommandLineOptions,
  type OptionRow,
} from './command-line-options.js';

/** Subcommands of which every word is an option, its value or the folder; `worker` has none. */
const PLAIN = ['run', 'start', 'stop', 'is-alive', 'transmit', 'worker', 'process'] as const;
type Plain = (typeof PLAIN)[number];

/** Thrown where argparse has to say what is wrong. */
const NOT_PLAIN = new Error('not a plain command line');

/**
 * Reads what most callers write, and nothing else: a subcommand, its options by their whole names, and a folder. To load and set up
 * argparse takes a fifth of a run, so it reads what is left over: shortened names, whatever is wrong, help.
 *
 * @returns what argparse would have read, or `undefined` for it to read
 * @throws {UsageError} for what is missing or contradictory, where that is said without usage
 */
export function plainCommandLine(
  [first, ...rest]: readonly string[],
  environment: Environment,
): CommandLine | undefined {
  const subcommand = PLAIN.find((one) => one === first);
  if (subcommand === undefined) return undefined;
  try {
    const { folder, options } = readPlain(subcommand, rest);
    return {
      subcommand,
      words: [],
      privateDataDir: folder,
      options: validated(subcommand, options, { environment, refuse: leave }),
    };
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

function leave(): never {
  throw NOT_PLAIN;
}

function readPlain(subcommand: Plain, words: readonly string[]) {
  const rows = new Map(
    optionsOf(subcommand).flatMap((group) =>
      group.rows.flatMap((row) => optionNames(row).names.map((name) => [name, row] as const)),
    ),
  );
  const options: Record<string, unknown> = { verbose: 0 };
  let folder: string | undefined;
  let exclusive: OptionRow | undefined;
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (!word.startsWith('-')) {
      if (word === '' || folder !== undefined || subcommand === 'worker') leave();
      folder = word;
      continue;
    }
    const [name = '', given] = /^--[^=]+(?==)/.test(word) ? splitOnce(word) : [word];
    const row = rows.get(name);
    if (row === undefined) return leave();
    if (row.exclusive && exclusive !== undefined && exclusive !== row) leave();
    if (row.exclusive) exclusive = row;
    const { key, value, many } = optionNames(row);
    if (many || (value === undefined && given !== undefined)) leave();
    if (row.value === 'counted') options[key] = Number(options[key] ?? 0) + 1;
    else if (value === undefined) options[key] = true;
    else options[key] = valueOf(row, given ?? left.shift() ?? '-', options[key]);
  }
  if (folder === undefined && subcommand !== 'worker') leave();
  return { folder, options: options as unknown as CommandLineOptions };
}

/** A value as argparse makes one of a word; one that begins with a dash, or is empty, is for argparse to judge. */
function valueOf({ value: kind }: OptionRow, word: string, before: unknown): unknown {
  if (word === '' || word.startsWith('-')) leave();
  if (kind === 'repeated') return [...((before ?? []) as string[]), word];
  if (kind !== 'whole number') return word;
  return /^\d+$/.test(word) ? Number(word) : leave();
}

function splitOnce(word: string): [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}
