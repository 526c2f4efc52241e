import type { Field } from './fields.js';
import type { Resource } from './resource.js';

/** The body of a request with values in the forms that clients are used to: numbers and truths as text, and as 0 and 1. */
export function coerced(resource: Pick<Resource, 'fields'>, body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body)
      .filter(([name]) => {
        const field = Object.hasOwn(resource.fields, name) ? resource.fields[name] : undefined;
        return field !== undefined && !field.isReadOnly;
      })
      .map(([name, value]) => {
        const field = resource.fields[name];
        return [name, field === undefined ? value : coercedValue(field, value)];
      }),
  );
}

const truths: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [1, true],
  [0, false],
  ['1', true],
  ['0', false],
  ['true', true],
  ['false', false],
  ['True', true],
  ['False', false],
]);

function coercedValue({ type, choices }: Field, value: unknown): unknown {
  switch (type) {
    case 'boolean':
      return truths.get(value) ?? value;
    case 'integer':
    case 'id':
      return wholeNumber(value, type === 'id');
    case 'choice':
      if (value === null && choices?.some(([known]) => known === '') === true) return '';
      return typeof choices?.[0]?.[0] === 'number' ? wholeNumber(value, false) : value;
    case 'string':
    case 'decimal':
      return typeof value === 'number' ? String(value) : value;
    case 'json':
      return value === '' || value === null ? {} : parsed(value);
    default:
      return value;
  }
}

function wholeNumber(value: unknown, isReference: boolean): unknown {
  if (typeof value !== 'string') return value;
  if (isReference && value.trim() === '') return null;
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

/** Objects may come as text of JSON. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
