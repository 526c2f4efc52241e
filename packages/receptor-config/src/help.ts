import { areas } from './actions.js';
import type { ActionSpec, FieldTable } from './actions/spec.js';
import type { Field } from './field.js';

/** The text of `receptor --help`: every action with its fields, what they take and their defaults. */
export function helpText(program = 'receptor'): string {
  const lines = [
    `Usage: ${program} [--<action> [key=value ...]] ... [--config PATH]`,
    '',
    '  --help                   Show this help',
    '  --config PATH, -c PATH   Read actions from a YAML file, or from those of a folder; may be repeated',
    '  --config-v2              Files have the v2 form (a map with version: 2)',
    '  --check                  List all mistakes of the configuration and leave',
    `  --bash-completion        Print a completion script: . <(${program} --bash-completion)`,
    `  --zsh-completion         Print a completion script: source <(${program} --zsh-completion)`,
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
