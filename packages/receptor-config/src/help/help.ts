import {
  manualPage as pageOf,
  type CommandEntry,
  type OptionEntry,
} from '@receptorjs/command-line';
import { areas } from '../actions.js';
import type { ActionSpec, FieldTable } from '../actions/spec.js';
import type { Field } from '../fields/field.js';

/** What is no action of a node. */
const switches: readonly OptionEntry[] = [
  { names: ['--help'], help: 'Show this help' },
  {
    names: ['--config', '-c'],
    value: 'PATH',
    help: 'Read actions from a YAML file, or from those of a folder; may be repeated',
  },
  { names: ['--config-v2'], help: 'Files have the v2 form (a map with version: 2)' },
  { names: ['--check'], help: 'List all mistakes of the configuration and leave' },
  {
    names: ['--bash-completion'],
    help: 'Print a completion script: . <(receptor --bash-completion)',
  },
  {
    names: ['--zsh-completion'],
    help: 'Print a completion script: source <(receptor --zsh-completion)',
  },
  { names: ['--man-page'], help: 'Print the manual page: receptor --man-page | man -l -' },
];

/** The text of `receptor --help`: every action with its fields, what they take and their defaults. */
export function helpText(program = 'receptor'): string {
  const lines = [
    `Usage: ${program} [--<action> [key=value ...]] ... [--config PATH]`,
    '',
    ...switches.map(({ names, value = '', help }) => {
      const words = names.map((name) => `${name} ${value}`.trim()).join(', ');
      return `  ${words.padEnd(24)} ${help.replaceAll('receptor', program)}`;
    }),
    '',
  ];
  for (const { title, actions } of areas) {
    lines.push(`${title}:`, '');
    for (const [name, spec] of Object.entries<ActionSpec<FieldTable>>(actions)) {
      lines.push(`  --${name}: ${spec.help}`);
      for (const [key, field] of Object.entries(spec.fields)) {
        lines.push(`      ${key}=<${field.allowed}>: ${field.help}${notes(field)}`);
      }
      lines.push('');
    }
  }
  return lines.join('\n');
}

/** The manual page of the daemon, of the same table as {@link helpText}, in the language of man(7). */
export function manualPage(version: string): string {
  const commands: CommandEntry[] = areas.flatMap(({ actions }) =>
    Object.entries<ActionSpec<FieldTable>>(actions).map(([name, spec]) => ({
      name: `--${name}`,
      help: spec.help,
      arguments: Object.keys(spec.fields).length > 0 ? '[KEY=VALUE ...]' : '',
      options: Object.entries(spec.fields).map(([key, field]) => ({
        names: [`${key}=`],
        value: field.allowed,
        help: `${field.help}${notes(field)}`,
      })),
    })),
  );
  const program = {
    name: 'receptor',
    help: 'node of an overlay mesh',
    options: switches,
    commands,
  };
  return pageOf(program, {
    version,
    synopsis: '[--ACTION [KEY=VALUE ...]] ... [--config PATH]',
    description:
      'Links machines into an overlay mesh, runs units of work and carries other traffic over it. What it does is said by actions, on the command line or in a YAML file.',
  });
}

function notes(field: Field<unknown>): string {
  const said = [
    field.required ? 'required' : undefined,
    field.fallback === undefined
      ? undefined
      : `default ${field.fallbackText ?? JSON.stringify(field.fallback)}`,
    field.bare ? 'the key may be left out' : undefined,
  ].filter((note) => note !== undefined);
  return said.length > 0 ? ` (${said.join('; ')})` : '';
}
