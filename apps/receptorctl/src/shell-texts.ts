import {
  bashCompletion,
  manualPage,
  zshCompletion,
  type CommandEntry,
} from '@receptorjs/command-line';
import type { Command } from 'commander';

/** The text that an option asks for which prints what shells and `man` read; made of the same table as the help. */
export function shellText(option: string, program: Command): string | undefined {
  switch (option) {
    case '--bash-completion':
      return bashCompletion(entryOf(program));
    case '--zsh-completion':
      return zshCompletion(entryOf(program));
    case '--man-page':
      return manualPage(entryOf(program), {
        version: program.version() ?? '',
        description:
          'Speaks to the control service of a receptor node: status, ping, traceroute, units of work and their results.',
      });
    default:
      return undefined;
  }
}

function entryOf(command: Command): CommandEntry {
  const help = command.createHelp();
  return {
    name: command.name(),
    help: command.description(),
    arguments: command.registeredArguments
      .map((each) => help.argumentTerm(each).toUpperCase() + (each.variadic ? '...' : ''))
      .join(' '),
    options: help.visibleOptions(command).map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      value: /[<[](.*?)[>\]]/.exec(option.flags)?.[1],
      help: help.optionDescription(option),
    })),
    commands: help
      .visibleCommands(command)
      .filter((each) => each.name() !== 'help')
      .map(entryOf),
  };
}
