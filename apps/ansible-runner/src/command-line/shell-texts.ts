import {
  bashCompletion,
  manualPage,
  zshCompletion,
  type CommandEntry,
} from '@receptorjs/command-line';
import {
  CLEANUP,
  optionNames,
  OPTIONS,
  optionsOf,
  SUBCOMMANDS,
  type OptionRow,
  type Scope,
  type Subcommand,
} from './command-line-options.js';

/** The text that an option asks for which prints what shells and `man` read; made of the same table as the help. */
export function shellText(option: string, version: string): string | undefined {
  switch (option) {
    case '--bash-completion':
      return bashCompletion(programEntry());
    case '--zsh-completion':
      return zshCompletion(programEntry());
    case '--man-page':
      return manualPage(programEntry(), {
        version,
        description:
          'Runs Ansible in a private data directory, here, at the far end of a stream, or on another node of a mesh.',
      });
    default:
      return undefined;
  }
}

const ALWAYS = [
  { names: ['-h', '--help'], help: 'show the help and end' },
  { names: ['--version'], help: 'show the version and end' },
];

function programEntry(): CommandEntry {
  const rows = OPTIONS.flatMap((group) => group.rows);
  return {
    name: 'ansible-runner',
    help: 'runs Ansible in a private data directory',
    options: [
      ...ALWAYS,
      ...rows.filter(({ of }) => of === undefined || of.length === 0).map(optionEntry),
    ],
    commands: (Object.keys(SUBCOMMANDS) as Subcommand[]).map((name) => ({
      ...scopeEntry(name, name, SUBCOMMANDS[name]),
      arguments: argumentsOf(name),
      commands: name === 'worker' ? [scopeEntry('worker cleanup', 'cleanup', CLEANUP)] : [],
    })),
  };
}

function scopeEntry(scope: Scope, name: string, help: string): CommandEntry {
  const rows = optionsOf(scope).flatMap((group) => group.rows);
  return { name, help, options: [...ALWAYS, ...rows.map(optionEntry)] };
}

function argumentsOf(name: Subcommand): string {
  if (name === 'worker') return '';
  return name === 'adhoc' || name === 'playbook' ? 'ARGUMENTS...' : 'PRIVATE_DATA_DIR';
}

function optionEntry(row: OptionRow) {
  const { names, value } = optionNames(row);
  return { names, value, help: row.help };
}
