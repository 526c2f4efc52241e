import type { Action, ActionName } from './actions.js';
import { actions, laterActions } from './actions.js';
import { ConfigError } from './errors.js';
import type { Field } from './fields.js';
import { FieldError } from './fields.js';
import type { Item } from './items.js';
import { place } from './items.js';

const isAction = (name: string): name is ActionName => Object.hasOwn(actions, name);

/**
 * Checks items against the table of actions and gives typed ones, in the same order, defaults filled in.
 * Texts of mistakes are those of the original with what is allowed behind.
 *
 * @throws ConfigError at the first mistake
 */
export function validate(items: readonly Item[]): Action[] {
  const seen = new Set<string>();
  return items.map((item) => {
    const name = knownAction(item);
    const spec = actions[name];
    if ('singleton' in spec && seen.has(name)) {
      throw new ConfigError(
        'config-repeated',
        `directive "${name}" is only allowed once${place(item.origin)}`,
      );
    }
    seen.add(name);
    if ('exclusive' in spec && items.length > 1) {
      throw new ConfigError('config-exclusive', `cannot specify any other options with ${name}`);
    }
    return { action: name, fields: readFields(name, spec.fields, item) } as Action;
  });
}

function knownAction(item: Item): ActionName {
  if (isAction(item.action)) return item.action;
  const prefix =
    item.origin === 'command line'
      ? 'command error: '
      : `error loading config file: could not get config type for command ${item.action}: `;
  const why = laterActions.has(item.action)
    ? `${item.action} is not supported by this version`
    : `unknown config type ${item.action}`;
  throw new ConfigError(
    'config-unknown-action',
    `${prefix}${why}${place(item.origin)} (allowed: ${Object.keys(actions).join(', ')})`,
  );
}

function readFields(
  name: ActionName,
  fields: Readonly<Record<string, Field<unknown>>>,
  item: Item,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, value] of entriesOf(name, fields, item)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) throw unknownField(name, fields, item, key);
    const read = readField(name, key, field, value, item);
    const earlier = values[key];
    values[key] =
      Array.isArray(earlier) && Array.isArray(read)
        ? (earlier as unknown[]).concat(read as unknown[])
        : read;
  }
  const missing = Object.entries(fields)
    .filter(([key, field]) => field.required && (values[key] === undefined || values[key] === ''))
    .map(([key]) => key);
  if (missing.length > 0) {
    const word = missing.length > 1 ? 'parameters' : 'parameter';
    const forms = missing.map((key) => `${key}: ${fields[key]?.allowed ?? ''}`).join('; ');
    throw new ConfigError(
      'config-missing-field',
      `error in --${name}: required ${word} missing: ${missing.join(', ')}${place(item.origin)} (${forms})`,
    );
  }
  for (const [key, field] of Object.entries(fields)) {
    if (!(key in values)) values[key] = field.fallback;
  }
  return values;
}

function entriesOf(
  name: ActionName,
  fields: Readonly<Record<string, Field<unknown>>>,
  item: Item,
): readonly (readonly [string, unknown])[] {
  if (item.bare === undefined) return item.entries;
  const bare = Object.entries(fields).find(([, field]) => field.bare);
  if (bare === undefined) {
    throw new ConfigError(
      'config-bare-value',
      `config error: command does not allow bare values: ${name} ${String(item.bare)}${place(item.origin)} (allowed: ${allowedKeys(fields)})`,
    );
  }
  return [[bare[0], item.bare], ...item.entries];
}

const allowedKeys = (fields: Readonly<Record<string, Field<unknown>>>): string =>
  Object.keys(fields)
    .map((key) => `${key}=`)
    .join(', ') || 'no parameters';

function unknownField(
  name: ActionName,
  fields: Readonly<Record<string, Field<unknown>>>,
  item: Item,
  key: string,
): ConfigError {
  const prefix =
    item.origin === 'command line'
      ? `config error: unknown field name ${key} in --${name}`
      : `error loading config file: field ${key} not defined for command ${name}: unknown field name ${key}`;
  return new ConfigError(
    'config-unknown-field',
    `${prefix}${place(item.origin)} (allowed: ${allowedKeys(fields)})`,
  );
}

function readField(
  name: ActionName,
  key: string,
  field: Field<unknown>,
  value: unknown,
  item: Item,
): unknown {
  try {
    if (value === null) throw new FieldError('has no value');
    return field.read(value);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    const why = /^(is|has|must) /.test(error.message) ? `${shown} ${error.message}` : error.message;
    throw new ConfigError(
      'config-bad-value',
      `error setting field ${key} in command ${name}: ${why}${place(item.origin)} (allowed: ${field.allowed})`,
      { cause: error },
    );
  }
}
