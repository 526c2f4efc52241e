import { Type, type TSchema } from '@sinclair/typebox';
import type { Field } from './fields.js';
import type { Resource } from './resource.js';

const entriesOf = (resource: Resource): [string, Field][] => Object.entries(resource.fields);

/** Schema of what a row is made or replaced from. */
export function writeSchema(resource: Resource, isWhole: boolean): TSchema {
  const properties = entriesOf(resource)
    .filter(([, { isReadOnly }]) => !isReadOnly)
    .map(([name, field]): [string, TSchema] => [
      name,
      isWhole && field.isRequired ? field.schema : Type.Optional(field.schema),
    ]);
  return Type.Object(Object.fromEntries(properties));
}

/** Schema of a row as it is answered. */
export function rowSchema(resource: Resource, isList: boolean): TSchema {
  const properties = entriesOf(resource)
    .filter(([, { isWriteOnly, isDetail }]) => !isWriteOnly && !(isList && isDetail))
    .map(([name, { schema, isRequired }]): [string, TSchema] => [
      name,
      // what was required when the row was made may be gone since
      schema.type === 'string' && isRequired ? Type.String() : schema,
    ]);
  return Type.Object({
    id: Type.Integer(),
    type: Type.String(),
    url: Type.String(),
    related: Type.Record(Type.String(), Type.String()),
    summary_fields: Type.Record(Type.String(), Type.Unknown()),
    ...Object.fromEntries(properties),
  });
}

/** Schema of a page of rows. */
export const pageSchema = (row: TSchema): TSchema =>
  Type.Object({
    count: Type.Optional(Type.Integer({ minimum: 0 })),
    next: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    previous: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    results: Type.Array(row),
  });

/** Schema of an answer that says why something was refused. */
export const errorSchema = Type.Record(Type.String(), Type.Unknown(), {
  description: '`detail`, or what is wrong by field',
});
