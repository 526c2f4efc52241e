import { actionNames, isActionName, specOf } from '../actions.js';
import type { Action, ActionName } from '../actions.js';
import type { ActionSpec, FieldTable } from '../actions/spec.js';
import { didYouMean, mistake, throwing } from '../errors.js';
import type { ConfigError, Report } from '../errors.js';
import type { Field } from '../fields/field.js';
import { FieldError } from '../fields/field.js';
import type { Entry, Item, Origin } from '../file/items.js';

/** What a list of items comes to. */
export interface Validated {
  /** The items without a mistake in their fields, typed, defaults filled in, in the same order. */
  readonly actions: Action[];
  /** Names of actions of which some were left out. */
  readonly broken: ReadonlySet<string>;
}

/**
 * Checks items against the table of actions and gives typed ones, in the same order, defaults filled in.
 * Texts of mistakes are those of the original with what is allowed behind.
 *
 * @throws {ConfigError} at the first mistake
 */
export const validate = (items: readonly Item[]): Action[] =>
  validateItems(items, throwing).actions;

/**
 * Does what {@link validate} does.
 *
 * @param report takes each mistake
 */
export function validateItems(items: readonly Item[], report: Report): Validated {
  const seen = new Set<string>();
  const broken = new Set<string>();
  const lone = items.find(({ action }) => isActionName(action) && specOf(action).exclusive);
  const actions = items.flatMap((item): Action[] => {
    const name = item.action;
    if (!isActionName(name)) {
      report(unknownAction(item));
      return [];
    }
    const spec = specOf(name);
    if (spec.singleton && seen.has(name)) report(repeated(name, item.origin));
    seen.add(name);
    if (item === lone && !mayStandWith(item, items)) {
      report(
        mistake('config-exclusive', item.origin, {
          text: `cannot specify any other options with ${name}`,
        }),
      );
    }
    const found: ConfigError[] = [];
    const fields = readFields(name, spec, item, (each) => {
      found.push(each);
      report(each);
    });
    if (found.length === 0) return [{ action: name, fields, origin: item.origin } as Action];
    broken.add(name);
    return [];
  });
  return { actions, broken };
}

/** A file of the v2 form may make several certificates; otherwise an exclusive action stands alone. */
const mayStandWith = (item: Item, items: readonly Item[]): boolean =>
  items.length === 1 ||
  items.every(
    ({ action, v2 }) => v2 && item.v2 && isActionName(action) && specOf(action).exclusive,
  );

const repeated = (name: ActionName, origin: Origin): ConfigError =>
  mistake(
    'config-repeated',
    origin,
    origin === 'command line'
      ? { text: `directive "${name}" is only allowed once` }
      : {
          intro: 'error loading config file: ',
          text: `only one ${name} directive is allowed`,
        },
  );

function unknownAction({ action, origin }: Item): ConfigError {
  return mistake('config-unknown-action', origin, {
    intro:
      origin === 'command line'
        ? 'command error: '
        : `error loading config file: could not get config type for command ${action}: `,
    text: `unknown config type ${action}`,
    hint: `${didYouMean(action, actionNames)}allowed: ${actionNames.join(', ')}`,
  });
}

function readFields(
  name: ActionName,
  spec: ActionSpec<FieldTable>,
  item: Item,
  report: Report,
): Record<string, unknown> {
  const { fields } = spec;
  const values: Record<string, unknown> = {};
  const failed = new Set<string>();
  for (const entry of entriesOf(name, fields, item, report)) {
    const field = Object.hasOwn(fields, entry.key) ? fields[entry.key] : undefined;
    if (field === undefined) {
      report(unknownField(name, fields, entry));
      continue;
    }
    try {
      const read = readField(name, field, entry);
      const earlier = values[entry.key];
      values[entry.key] =
        Array.isArray(earlier) && Array.isArray(read)
          ? (earlier as unknown[]).concat(read as unknown[])
          : read;
    } catch (error) {
      failed.add(entry.key);
      report(error as ConfigError);
    }
  }
  const missing = Object.entries(fields)
    .filter(([key, { required, mayBeEmpty }]) => {
      const value = values[key];
      return required && !failed.has(key) && (value === undefined || (value === '' && !mayBeEmpty));
    })
    .map(([key]) => key);
  if (missing.length > 0) {
    const word = missing.length > 1 ? 'parameters' : 'parameter';
    report(
      mistake('config-missing-field', item.origin, {
        text: `error in --${name}: required ${word} missing: ${missing.join(', ')}`,
        hint: missing.map((key) => `${key}: ${fields[key]?.allowed ?? ''}`).join('; '),
      }),
    );
  }
  for (const [key, field] of Object.entries(fields)) {
    if (!(key in values)) values[key] = field.fallback;
  }
  if (missing.length === 0 && failed.size === 0) checkFields(name, spec, item, values, report);
  return values;
}

function checkFields(
  name: ActionName,
  spec: ActionSpec<FieldTable>,
  item: Item,
  values: Record<string, unknown>,
  report: Report,
): void {
  const conflict = spec.check?.(values);
  if (!conflict) return;
  const at = item.entries.find(({ key }) => key === conflict.field);
  report(
    mistake(
      conflict.field === undefined ? 'config-missing-field' : 'config-bad-value',
      at?.origin ?? item.origin,
      {
        text: conflict.why,
        hint: `in --${name}: ${conflict.hint}`,
      },
    ),
  );
}

function entriesOf(
  name: ActionName,
  fields: FieldTable,
  item: Item,
  report: Report,
): readonly Entry[] {
  if (item.bare === undefined) return item.entries;
  const bare = Object.entries(fields).find(([, field]) => field.bare);
  if (bare) return [{ key: bare[0], value: item.bare, origin: item.origin }, ...item.entries];
  report(
    mistake('config-bare-value', item.origin, {
      text: `config error: command does not allow bare values: ${name} ${shown(item.bare)}`,
      hint: `allowed: ${allowedKeys(fields)}`,
    }),
  );
  return item.entries;
}

const allowedKeys = (fields: FieldTable): string =>
  Object.keys(fields)
    .map((key) => `${key}=`)
    .join(', ') || 'no parameters';

function unknownField(name: ActionName, fields: FieldTable, { key, origin }: Entry): ConfigError {
  const hint = `${didYouMean(key, Object.keys(fields))}allowed: ${allowedKeys(fields)}`;
  return mistake(
    'config-unknown-field',
    origin,
    origin === 'command line'
      ? { text: `config error: unknown field name ${key} in --${name}`, hint }
      : {
          intro: 'error loading config file: ',
          text: `field ${key} not defined for command ${name}: unknown field name ${key}`,
          hint,
        },
  );
}

/** @throws {ConfigError} */
function readField(
  name: ActionName,
  field: Field<unknown>,
  { key, value, origin }: Entry,
): unknown {
  try {
    if (value === null) throw new FieldError('has no value');
    return field.read(value);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    const why = /^(is|has|must) /.test(error.message)
      ? `${shown(value)} ${error.message}`
      : error.message;
    const where = `${key} of ${name}, allowed: ${field.allowed}`;
    if (error.alone) {
      throw mistake('config-bad-value', origin, { text: why, hint: where, cause: error });
    }
    const hint = `allowed: ${field.allowed}`;
    throw mistake(
      'config-bad-value',
      origin,
      origin === 'command line'
        ? { text: `error setting config value for field ${key}: ${why}`, hint: where, cause: error }
        : {
            intro: 'error loading config file: ',
            text: `error setting field ${key} in command ${name}: ${why}`,
            hint,
            cause: error,
          },
    );
  }
}

/** A value as it stands in a message, cut when it is long. */
function shown(value: unknown): string {
  const exact = (_: string, inner: unknown): unknown =>
    typeof inner === 'bigint' ? String(inner) : inner;
  const whole = typeof value === 'string' ? value : JSON.stringify(value, exact);
  return whole.length > 200 ? `${whole.slice(0, 200)}…` : whole;
}
