import { actions } from './actions.js';
import type { Field } from './fields.js';

/** The text of `receptor --help`: every action with its fields, what they take and their defaults. */
export function helpText(program = 'receptor'): string {
  const lines = [
    `Usage: ${program} [--<action> [key=value ...]] ... [--config FILE]`,
    '',
    '  --help                   Show this help',
    '  --config FILE, -c FILE   Read actions from a YAML file (a list)',
    '',
  ];
  for (const [name, spec] of Object.entries(actions)) {
    lines.push(`  --${name}: ${spec.help}`);
    for (const [key, field] of Object.entries<Field<unknown>>(spec.fields)) {
      lines.push(`      ${key}=<${field.allowed}>: ${field.help}${notes(field)}`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

function notes(field: Field<unknown>): string {
  const said = [
    field.required ? 'required' : undefined,
    field.fallback === undefined ? undefined : `default ${shown(field)}`,
    field.bare ? 'the key may be left out' : undefined,
  ].filter((note) => note !== undefined);
  return said.length > 0 ? ` (${said.join('; ')})` : '';
}

function shown({ allowed, fallback }: Field<unknown>): string {
  if (allowed.startsWith('octal')) return `0${Number(fallback).toString(8)}`;
  if (allowed.startsWith('a duration')) return `${Number(fallback) / 1000}s`;
  return JSON.stringify(fallback);
}
