import { nearestName } from '@receptorjs/validation';
import { Action, Namespace, SUPPRESS, type ArgumentOptions, type SubparsersAction } from 'argparse';
import {
  CLEANUP,
  OPTIONS,
  optionNames,
  optionsOf,
  SUBCOMMANDS,
  type OptionRow,
  type Scope,
  type Subcommand,
} from './command-line-options.js';
import { Parser } from './parser.js';
import { Answered } from './usage.js';

const PROGRAM = 'ansible-runner';

/** What the parsers have read; options that were not given are absent. */
export interface Parsed {
  readonly command: Subcommand;
  readonly worker_subcommand?: 'cleanup';
  /** The private data dir, where it is an argument. */
  readonly folder?: string;
  readonly words?: readonly string[];
}

/** A command line that was read, and the function that says what is wrong with it nevertheless. */
export interface Reading {
  readonly parsed: Parsed;
  /** Says that of the command line, with the usage of its subcommand. */
  readonly refuse: (message: string) => never;
}

/**
 * Reads a command line as Python's argparse does: names may be shortened, and each subcommand has its own options and
 * help. Options may stand before the subcommand, too, and count there as behind it.
 *
 * @throws {UsageError} for whatever is unknown or missing, with the usage of the parser that found it
 * @throws {Answered} for `--help` and `--version`
 */
export function readWords(words: readonly string[], version: string): Reading {
  const [first = '', ...rest] = words;
  if (!Object.hasOwn(SUBCOMMANDS, first)) return readWhole(words, version);
  // the usual case: building the parsers of all subcommands takes longer than anything else here
  const command = first as Subcommand;
  const parser = new Parser({ prog: `${PROGRAM} ${command}`, description: SUBCOMMANDS[command] });
  complete(parser, command, version);
  const into = Object.assign(new Namespace(), { command });
  const [parsed, unknown] = parser.parse_known_args<Parsed & Namespace>(rest, into);
  if (unknown.length > 0) programParser(version).main.error(unrecognized(unknown, command));
  return { parsed, refuse: (message) => parser.error(message) };
}

/** What is said of unknown arguments: for an option with a name that is nearly one, that as well. */
function unrecognized(words: readonly string[], scope: Scope): string {
  const known = optionsOf(scope).flatMap(({ rows }) =>
    rows.flatMap((row) => optionNames(row).names),
  );
  const long = known.filter((name) => name.startsWith('--'));
  const [option = ''] = words.filter((word) => word.startsWith('--'));
  const nearest = nearestName(option.replace(/=.*/s, ''), long);
  const hint = nearest === undefined ? '' : ` (maybe you meant ${nearest})`;
  return `unrecognized arguments: ${words.join(' ')}${hint}`;
}

/** Reads a command line that does not begin with its subcommand. */
function readWhole(words: readonly string[], version: string): Reading {
  const { main, parsers } = programParser(version);
  const parsed = main.parse_args<Parsed & Namespace>([...words], main.into as Parsed & Namespace);
  return { parsed, refuse: (message) => (parsers.get(parsed.command) ?? main).error(message) };
}

function programParser(version: string) {
  const main = new Parser({
    prog: PROGRAM,
    description: 'Runs Ansible in a private data directory, here or at the far end of a stream.',
  });
  main.into = new Namespace();
  addVersion(main, version);
  const commands = main.add_subparsers({
    title: 'subcommands',
    dest: 'command',
    required: true,
    parser_class: Parser,
  });
  const parsers = new Map<Subcommand, Parser>();
  for (const [name, help] of Object.entries(SUBCOMMANDS) as [Subcommand, string][]) {
    const parser = addParser(commands, name, help);
    parser.into = main.into;
    parser.complete = () => complete(parser, name, version);
    parsers.set(name, parser);
  }
  addGroups(main, undefined);
  return { main, parsers };
}

/** Adds what a subcommand takes. */
function complete(parser: Parser, name: Subcommand, version: string): void {
  addVersion(parser, version);
  addGroups(parser, name);
  if (name === 'worker') addCleanup(parser);
  else if (name === 'adhoc' || name === 'playbook') {
    parser.verbatim = true;
    // for usage and help: they are never parsed
    parser.add_argument('words', {
      nargs: '...',
      metavar: 'arguments',
      help: "Ansible's own options and arguments; -- --help shows its help",
    });
  } else
    parser.add_argument('folder', {
      metavar: 'private_data_dir',
      help: 'folder with project/, inventory and env/',
    });
}

function addCleanup(worker: Parser): void {
  const commands = worker.add_subparsers({
    title: 'subcommands',
    dest: 'worker_subcommand',
    required: false,
    parser_class: Parser,
  });
  const parser = addParser(commands, 'cleanup', CLEANUP);
  addGroups(parser, 'worker cleanup');
}

function addParser(commands: SubparsersAction, name: string, help: string): Parser {
  const parser = commands.add_parser(name, { help, description: help });
  if (!(parser instanceof Parser)) throw new TypeError('parser_class was not used');
  return parser;
}

function addVersion(parser: Parser, version: string): void {
  class ShowVersion extends Action {
    override call(): never {
      throw new Answered(`${version}\n`);
    }
  }
  parser.add_argument('--version', {
    action: ShowVersion,
    dest: SUPPRESS,
    nargs: 0,
    help: 'show the version and end',
  });
}

/** Adds the options of a scope; without one all there are, of which help shows those that each subcommand knows. */
function addGroups(parser: Parser, scope: Scope | undefined): void {
  const taken = new Set<string>();
  for (const { title, rows } of scope === undefined ? OPTIONS : optionsOf(scope)) {
    const group =
      title === undefined || scope === undefined ? parser : parser.add_argument_group(title);
    const exclusive = rows.some((row) => row.exclusive)
      ? parser.add_mutually_exclusive_group()
      : undefined;
    for (const row of rows) {
      const { names } = optionNames(row);
      const [first = '', ...others] = names;
      if (names.some((name) => taken.has(name))) continue;
      for (const name of names) taken.add(name);
      const hidden = scope === undefined && row.of !== undefined && row.of.length > 0;
      const container = row.exclusive ? (exclusive ?? group) : group;
      container.add_argument(first, ...others, {
        ...settings(row),
        ...(hidden && { help: SUPPRESS }),
      });
    }
  }
}

function settings(row: OptionRow): ArgumentOptions {
  const { value, many, key } = optionNames(row);
  const named = { dest: key, help: row.help.replaceAll('%', '%%') };
  if (row.value === 'counted') return { ...named, action: 'count' };
  if (value === undefined) return { ...named, action: 'store_true' };
  return {
    ...named,
    metavar: value,
    ...(many && { nargs: '*' }),
    ...(row.value === 'repeated' && { action: 'append' }),
    ...(row.value === 'whole number' && { type: int }),
  };
}

/** Its name is the one that argparse calls the kind of value by. */
function int(text: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError(`${text} is no whole number`);
  return Number(text);
}
