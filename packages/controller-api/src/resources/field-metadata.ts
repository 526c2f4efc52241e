import type { Field } from './fields.js';
import type { Resource } from './resource.js';

/** How clients are told of the fields of a resource, for a method that reads or one that writes. */
export function fieldsMetadata(
  { fields, type, label }: Resource,
  method: 'GET' | 'POST' | 'PUT',
): Record<string, unknown> {
  const shown = Object.entries(fields).filter(([, field]) =>
    method === 'GET'
      ? !field.isWriteOnly
      : !field.isReadOnly && !(method === 'PUT' && field.isFixed),
  );
  const described = Object.fromEntries(
    shown.map(([name, field]) => [name, method === 'GET' ? reading(field) : writing(field)]),
  );
  if (method !== 'GET') return described;
  return {
    type: { type: 'choice', label: 'Type', filterable: true, choices: [[type, label]] },
    url: { type: 'string', label: 'Url', filterable: false },
    related: { type: 'object', label: 'Related', filterable: false },
    summary_fields: { type: 'object', label: 'Summary fields', filterable: false },
    ...described,
  };
}

const shared = ({ type, label, help, choices }: Field): Record<string, unknown> => ({
  type,
  label,
  ...(help === '' ? {} : { help_text: help }),
  ...(choices === undefined ? {} : { choices }),
});

const reading = (field: Field): Record<string, unknown> => ({
  ...shared(field),
  filterable:
    field.isStored && field.isFilterable && !['json', 'object', 'list'].includes(field.type),
});

function writing(field: Field): Record<string, unknown> {
  const { isRequired, isWriteOnly, initial, schema } = field;
  const { maxLength, minimum, maximum } = schema as Record<string, unknown>;
  return {
    ...shared(field),
    required: isRequired,
    filterable: field.isStored && field.isFilterable,
    ...(isWriteOnly ? { write_only: true } : {}),
    ...(isRequired || initial === undefined ? {} : { default: initial }),
    ...(maxLength === undefined ? {} : { max_length: maxLength }),
    ...(minimum === undefined ? {} : { min_value: minimum }),
    ...(maximum === undefined ? {} : { max_value: maximum }),
  };
}
