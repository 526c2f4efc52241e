import { allCommands, type CommandEntry, type OptionEntry } from './command-table.js';

/** What a manual page says besides its commands. */
export interface ManualOptions {
  readonly version: string;
  /** What follows the program's name; default `[options] COMMAND [arguments]`. */
  readonly synopsis?: string;
  /** What the program does, in a paragraph. */
  readonly description: string;
}

/** A manual page of section 1 in the language of man(7): every command with its options. */
export function manualPage(
  program: CommandEntry,
  { version, synopsis = '[options] COMMAND [arguments]', description }: ManualOptions,
): string {
  const below = allCommands(program).slice(1);
  return [
    `.TH ${roff(program.name.toUpperCase())} 1 "" ${roff(`"${program.name} ${version}"`)}`,
    '.SH NAME',
    `${roff(program.name)} \\- ${roff(program.help)}`,
    '.SH SYNOPSIS',
    `.B ${roff(program.name)}`,
    roff(synopsis),
    '.SH DESCRIPTION',
    roff(description),
    '.SH OPTIONS',
    ...program.options.flatMap(optionLines),
    '.SH COMMANDS',
    ...below.flatMap(({ path, entry }) => [
      `.SS ${roff([...path.slice(1), entry.arguments ?? ''].join(' ').trim())}`,
      roff(entry.help),
      ...entry.options.flatMap(optionLines),
    ]),
    '',
  ].join('\n');
}

function optionLines({ names, value, help }: OptionEntry): string[] {
  const shown = names.map((name) => `\\fB${roff(name)}\\fR`).join(', ');
  const what = value === undefined ? '' : ` \\fI${roff(value)}\\fR`;
  return ['.TP', `${shown}${what}`, roff(help)];
}

/** Text in which no character means something to roff. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
