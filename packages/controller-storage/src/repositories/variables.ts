import { parse } from 'yaml';

/** The variables that a text holds, in JSON or YAML; nothing where it holds something else. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    try {
      value = parse(text, { logLevel: 'silent' });
    } catch {
      return undefined;
    }
  }
  if (value === null || value === undefined) return {};
  const isObject = typeof value === 'object' && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}
