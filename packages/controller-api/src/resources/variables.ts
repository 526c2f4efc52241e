import { parse } from 'yaml';
import type { FieldErrors } from './resource.js';

const MAX_ALIASES = 100;

/** The variables that a text holds, in JSON or YAML; nothing where it holds something else. */
export function variablesOf(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '' || text.trim() === '---') return {};
  try {
    const value: unknown = parse(text, { maxAliasCount: MAX_ALIASES, logLevel: 'silent' });
    if (value === null || value === undefined) return {};
    return typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with the text of a field that holds variables. */
export function variablesProblem(
  values: Readonly<Record<string, unknown>>,
  field: string,
): FieldErrors {
  const text = values[field];
  if (typeof text !== 'string' || variablesOf(text) !== undefined) return {};
  return { [field]: ['Must be a mapping in JSON or YAML format.'] };
}
