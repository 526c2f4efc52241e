import { parseFirewallRules, type FirewallRule } from '@receptorjs/netceptor';
import { alone, field, FieldError, asFieldError } from './field.js';
import type { Field, FieldOptions, Reader, Value } from './field.js';
import { costSchema, readNumber, readText, textSchema } from './fields.js';

function fromJson(value: unknown, opening: string): unknown {
  if (typeof value !== 'string' || !value.startsWith(opening)) return value;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new FieldError('is not valid JSON', { cause });
  }
}

function asMap(value: unknown, otherwise: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FieldError(otherwise);
  }
  return Object.entries(value);
}

const readList: Reader<string[]> = (value) => {
  const list = fromJson(value, '[');
  if (Array.isArray(list)) return list.map(readText);
  return [readText(list)];
};

const readCosts: Reader<Record<string, number>> = (value) => {
  const entries = asMap(fromJson(value, '{'), 'is not a map of node IDs to costs');
  return Object.fromEntries(
    entries.map(([node, cost]) => {
      const number = readNumber(cost);
      if (number <= 0) throw alone(`connection cost must be positive for ${node}`);
      return [node, number];
    }),
  );
};

const readRules: Reader<FirewallRule[]> = (value) => {
  const rules = fromJson(value, '[');
  if (!Array.isArray(rules)) throw new FieldError('is not a list of firewall rules');
  return asFieldError(() => parseFirewallRules(rules), { alone: true });
};

const readMap: Reader<Record<string, unknown>> = (value) =>
  Object.fromEntries(asMap(fromJson(value, '{'), 'is not a map'));

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const readHeaders: Reader<Record<string, string>> = (value) =>
  Object.fromEntries(
    asMap(fromJson(value, '{'), 'is not a map of header names to texts').map(([name, text]) => {
      if (!headerName.test(name)) throw new FieldError('has a name that no header can have');
      const content = readText(text);
      if (!/^[\t -~\u0080-\u00ff]*$/.test(content)) {
        throw new FieldError(`has a value for ${name} that no header can have`);
      }
      return [name, content];
    }),
  );

/** A list of texts; one text is a list of one, and text that starts with `[` is JSON. */
export const list = <const O extends FieldOptions<string[]>>(
  options: O,
): Field<Value<string[], O>> =>
  field<string[], O>(
    {
      allowed: 'a list of texts',
      read: readList,
      schema: { anyOf: [{ type: 'array', items: textSchema }, textSchema] },
    },
    options,
  );

/** A map of node IDs to link costs; text that starts with `{` is JSON. */
export const costs = <const O extends FieldOptions<Record<string, number>>>(
  options: O,
): Field<Value<Record<string, number>, O>> =>
  field<Record<string, number>, O>(
    {
      allowed: 'a map of node IDs to costs above 0',
      read: readCosts,
      schema: {
        anyOf: [
          { type: 'object', additionalProperties: costSchema },
          { type: 'string', pattern: '^\\{' },
        ],
      },
    },
    options,
  );

/** Rules of the firewall, each a map of texts; text that starts with `[` is JSON. */
export const firewallRules = <const O extends FieldOptions<FirewallRule[]>>(
  options: O,
): Field<Value<FirewallRule[], O>> =>
  field<FirewallRule[], O>(
    {
      allowed:
        'a list of maps with action (accept, reject, drop) and any of fromnode, tonode, fromservice, toservice, each a text or a regular expression between slashes',
      read: readRules,
      schema: {
        anyOf: [
          {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                action: { type: 'string', examples: ['accept', 'reject', 'drop'] },
                fromnode: { type: 'string' },
                tonode: { type: 'string' },
                fromservice: { type: 'string' },
                toservice: { type: 'string' },
              },
              additionalProperties: { type: 'string' },
            },
          },
          { type: 'string', pattern: '^\\[' },
        ],
      },
    },
    options,
  );

/** Headers of HTTP: a map of texts; text that starts with `{` is JSON. Values are secrets, so no mistake shows one. */
export const headers = <const O extends FieldOptions<Record<string, string>>>(
  options: O,
): Field<Value<Record<string, string>, O>> =>
  field<Record<string, string>, O>(
    {
      allowed: 'a map of header names to texts',
      read: readHeaders,
      schema: {
        anyOf: [
          { type: 'object', additionalProperties: textSchema },
          { type: 'string', pattern: '^\\{' },
        ],
      },
    },
    options,
  );

/** A map whose meaning is another program's; text that starts with `{` is JSON. */
export const map = <const O extends FieldOptions<Record<string, unknown>>>(
  options: O,
): Field<Value<Record<string, unknown>, O>> =>
  field<Record<string, unknown>, O>(
    {
      allowed: 'a map',
      read: readMap,
      schema: { anyOf: [{ type: 'object' }, { type: 'string', pattern: '^\\{' }] },
    },
    options,
  );
