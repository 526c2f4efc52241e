import { Type, type TSchema } from '@sinclair/typebox';

/** What a field is in the metadata of a resource, as clients know it. */
export type FieldType =
  | 'string'
  | 'integer'
  | 'float'
  | 'decimal'
  | 'boolean'
  | 'choice'
  | 'datetime'
  | 'json'
  | 'object'
  | 'list'
  | 'id';

/** A value of a choice, and how people read it. */
export type Choice = readonly [value: string | number, label: string];

/** A field of a resource: its schema, and what clients are told about it. */
export interface Field<Schema extends TSchema = TSchema> {
  readonly schema: Schema;
  readonly type: FieldType;
  readonly label: string;
  readonly help: string;
  /** Whether a row can't be made without it. */
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
  /** Never answered; `$encrypted$` stands for it, or nothing at all. */
  readonly isWriteOnly: boolean;
  /** Given when a row is made, and not changed after. */
  readonly isFixed: boolean;
  /** Whether lists leave it out. */
  readonly isDetail: boolean;
  /** Whether the store has it under this name. */
  readonly isStored: boolean;
  /** Whether it can be filtered and ordered by, where it is stored. */
  readonly isFilterable: boolean;
  /** What a new row has of it. */
  readonly initial: unknown;
  readonly choices?: readonly Choice[] | undefined;
  /** The resource that an id is of. */
  readonly to?: string | undefined;
}

/** What a field differs in from the usual: written and read, not required, stored, filtered by. */
export interface FieldOptions {
  readonly help?: string;
  readonly isRequired?: boolean;
  readonly isReadOnly?: boolean;
  readonly isWriteOnly?: boolean;
  readonly isFixed?: boolean;
  readonly isDetail?: boolean;
  readonly isStored?: boolean;
  readonly isFilterable?: boolean;
  readonly initial?: unknown;
}

function field<Schema extends TSchema>(
  type: FieldType,
  label: string,
  schema: Schema,
  options: FieldOptions & Pick<Field, 'choices' | 'to'>,
): Field<Schema> {
  const { help = '', isRequired = false, isReadOnly = false, isWriteOnly = false } = options;
  const { isFixed = false, isDetail = false, isStored = !isWriteOnly, choices, to } = options;
  const { initial, isFilterable = true } = options;
  const common = { isRequired, isReadOnly, isWriteOnly, isFixed, isDetail, isStored };
  return { isFilterable, schema, type, label, help, ...common, initial, choices, to };
}

/** Text; empty unless it says otherwise. */
export const text = (
  label: string,
  {
    maxLength,
    minLength,
    ...options
  }: FieldOptions & { maxLength?: number; minLength?: number } = {},
) =>
  field(
    'string',
    label,
    Type.String({
      ...(maxLength === undefined ? {} : { maxLength }),
      ...(options.isRequired ? { minLength: minLength ?? 1 } : {}),
    }),
    { initial: '', ...options },
  );

/** Text, or null where there is none. */
export const nullableText = (label: string, options: FieldOptions = {}) =>
  field('string', label, Type.Union([Type.String(), Type.Null()]), { initial: null, ...options });

/** A whole number; 0 unless it says otherwise. */
export const integer = (
  label: string,
  { minimum, maximum, ...options }: FieldOptions & { minimum?: number; maximum?: number } = {},
) =>
  field(
    'integer',
    label,
    Type.Integer({ minimum: minimum ?? -2_147_483_648, maximum: maximum ?? 2_147_483_647 }),
    { initial: 0, ...options },
  );

/** A whole number, or null. */
export const nullableInteger = (
  label: string,
  { minimum, maximum, ...options }: FieldOptions & { minimum?: number; maximum?: number } = {},
) =>
  field(
    'integer',
    label,
    Type.Union([
      Type.Integer({ minimum: minimum ?? -2_147_483_648, maximum: maximum ?? 2_147_483_647 }),
      Type.Null(),
    ]),
    { initial: null, ...options },
  );

/** A number with a part after the point. */
export const float = (label: string, options: FieldOptions = {}) =>
  field('float', label, Type.Number(), { initial: 0, ...options });

/** A number that is written as text, so that no digit is lost. */
export const decimal = (label: string, options: FieldOptions = {}) =>
  field('decimal', label, Type.String({ pattern: '^-?[0-9]{1,10}(\\.[0-9]{1,4})?$' }), {
    initial: '0.0',
    ...options,
  });

/** Yes or no; no unless it says otherwise. */
export const boolean = (label: string, options: FieldOptions = {}) =>
  field('boolean', label, Type.Boolean(), { initial: false, ...options });

/** One of a few values; the first unless it says otherwise. */
export const choice = (label: string, choices: readonly Choice[], options: FieldOptions = {}) =>
  field('choice', label, Type.Union(choices.map(([value]) => Type.Literal(value))), {
    initial: choices[0]?.[0],
    ...options,
    choices,
  });

/** A point in time that the controller notes; null until then. */
export const datetime = (label: string, options: FieldOptions = {}) =>
  field('datetime', label, Type.Union([Type.String({ format: 'date-time' }), Type.Null()]), {
    initial: null,
    isReadOnly: true,
    ...options,
  });

/** Any object. */
export const json = (label: string, options: FieldOptions = {}) =>
  field('json', label, Type.Record(Type.String(), Type.Unknown()), { initial: {}, ...options });

/** An object that the controller makes. */
export const object = (label: string, options: FieldOptions = {}) =>
  field('object', label, Type.Record(Type.String(), Type.Unknown()), {
    initial: {},
    isReadOnly: true,
    ...options,
  });

/** A list of texts. */
export const textList = (label: string, options: FieldOptions = {}) =>
  field('list', label, Type.Array(Type.String(), { maxItems: 10_000 }), {
    initial: [],
    ...options,
  });

/** A list of ids that the controller makes. */
export const idList = (label: string, options: FieldOptions = {}) =>
  field('list', label, Type.Array(Type.Integer()), { initial: [], isReadOnly: true, ...options });

/** The id of a row of another resource, or null. */
export const reference = (label: string, to: string, options: FieldOptions = {}) =>
  field(
    'id',
    label,
    options.isRequired
      ? Type.Integer({ minimum: 1, maximum: 2_147_483_647 })
      : Type.Union([Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), Type.Null()]),
    { initial: null, ...options, to },
  );

/** What every resource has: who it is and since when. */
export const identity = {
  id: integer('ID', { isReadOnly: true, help: 'Database ID.' }),
  created: datetime('Created', { help: 'Timestamp when this was created.' }),
  modified: datetime('Modified', { help: 'Timestamp when this was last modified.' }),
};

/** Name and description of what people name. */
export const naming = {
  name: text('Name', { isRequired: true, maxLength: 512 }),
  description: text('Description', { maxLength: 10_000 }),
};
