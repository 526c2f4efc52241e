import { actionNames, specOf } from '../actions.js';
import type { ActionName } from '../actions.js';
import type { Field, JsonSchema } from '../fields/field.js';
import { isSingleInV2, v2Keys } from '../file/map-form.js';

/**
 * The JSON Schema (draft 2020-12) of configuration files, of the list form and of the v2 form; the published
 * `schema/receptor.schema.json`. Editors take it from a first line
 * `# yaml-language-server: $schema=PATH/receptor.schema.json`.
 *
 * It knows names of fields in lower case only and does not see across actions; otherwise a file that it
 * refuses is refused by `configure` as well.
 */
export function configurationSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of a receptor node',
    description: 'A list of actions, or a map of them with version: 2.',
    type: ['array', 'object', 'null'],
    if: { type: 'object' },
    then: { $ref: '#/$defs/v2-form' },
    else: { $ref: '#/$defs/list-form' },
    $defs: {
      'list-form': { type: ['array', 'null'], items: { $ref: '#/$defs/item' } },
      item: itemSchema(),
      'v2-form': mapFormSchema(),
      ...Object.fromEntries(actionNames.map((name) => [name, fieldsSchema(name)])),
    },
  };
}

const reference = (name: ActionName): JsonSchema => ({ $ref: `#/$defs/${name}` });

const fieldsIn = (name: ActionName): [string, Field<unknown>][] =>
  Object.entries(specOf(name).fields);

const requiredIn = (name: ActionName): string[] =>
  fieldsIn(name).flatMap(([key, { required }]) => (required ? [key] : []));

/** The map of an action's fields. */
function fieldsSchema(name: ActionName): JsonSchema {
  const required = requiredIn(name);
  return {
    description: specOf(name).help,
    type: 'object',
    properties: Object.fromEntries(
      fieldsIn(name).map(([key, field]) => [key, propertySchema(field)]),
    ),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function propertySchema(field: Field<unknown>): JsonSchema {
  const fallback = field.fallbackText ?? field.fallback;
  return {
    description: `${field.help} (${field.allowed})`,
    default: fallback,
    ...field.schema,
  };
}

function itemSchema(): JsonSchema {
  return {
    type: ['string', 'object'],
    if: { type: 'string' },
    then: { enum: actionNames.filter((name) => requiredIn(name).length === 0) },
    else: {
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: false,
      properties: Object.fromEntries(actionNames.map((name) => [name, valueSchema(name)])),
    },
  };
}

/** What may stand behind an action of the list form: its fields, one value for the field that needs no key, or nothing. */
function valueSchema(name: ActionName): JsonSchema {
  const bare = fieldsIn(name).find(([, field]) => field.bare);
  const others = requiredIn(name).filter((key) => key !== bare?.[0]);
  const forms = [
    ...(bare && others.length === 0 ? [bare[1].schema] : []),
    ...(requiredIn(name).length === 0 ? [{ type: 'null' }] : []),
  ];
  return forms.length === 0
    ? reference(name)
    : { description: specOf(name).help, anyOf: [reference(name), ...forms] };
}

function mapFormSchema(): JsonSchema {
  const properties = [...v2Keys].map(([key, name]): [string, JsonSchema] => {
    const description = specOf(name).help;
    if (!isSingleInV2(name)) {
      return [key, { description, type: ['array', 'null'], items: reference(name) }];
    }
    const empty = requiredIn(name).length === 0 ? [{ type: 'null' }] : [];
    return [key, { description, anyOf: [reference(name), ...empty] }];
  });
  return {
    type: 'object',
    properties: {
      version: { description: 'Version of this form', enum: [2, '2'] },
      ...Object.fromEntries(properties),
    },
    required: ['version'],
    additionalProperties: false,
  };
}
