import type { JsonValue } from '@receptorjs/control-protocol';

/**
 * A JSON value as the Python tools print it: four spaces of indent, keys sorted, everything beyond ASCII escaped.
 */
export function indentedJson(value: JsonValue, indent = ''): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return asciiString(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}    `;
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map((item) => inner + indentedJson(item, inner));
    return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value as Readonly<Record<string, JsonValue | undefined>>)
    .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${inner}${asciiString(key)}: ${indentedJson(member, inner)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

function asciiString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A JSON value as Python prints its own form of it: `{'type': 'Control Service'}`, `None`, `True`. */
export function pythonRepr(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return stringRepr(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    return `[${(value as readonly JsonValue[]).map((item) => pythonRepr(item)).join(', ')}]`;
  }
  const members = Object.entries(value as Readonly<Record<string, JsonValue | undefined>>);
  return `{${members.map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`;
}

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`)
    .replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return quote + body + quote;
}
