import { boolean, identity, json, naming, reference, text } from './fields.js';
import { checkInputs, lockedInputs, shownInputs } from './credential-inputs.js';
import { defineResource } from './resource.js';

/** Secrets that jobs are given. What is secret in `inputs` is stored encrypted and answered as `$encrypted$`. */
export const credentials = defineResource({
  path: 'credentials',
  type: 'credential',
  label: 'Credential',
  fields: {
    ...identity,
    ...naming,
    organization: reference('Organization', 'organizations'),
    credential_type: reference('Credential type', 'credential_types', { isRequired: true }),
    managed: boolean('Managed', { isReadOnly: true }),
    inputs: json('Inputs', { help: 'Enter inputs using either JSON or YAML syntax.' }),
    kind: text('Kind', { isReadOnly: true }),
  },
  search: ['name', 'description'],
  summary: ['kind', 'credential_type'],
  unique: [['name', 'organization', 'credential_type']],
  order: 'name',
  can: { create: true, change: true, delete: true },
  check: checkInputs,
  prepare: lockedInputs,
  present: (row) => ({ ...row, inputs: shownInputs(row['inputs']) }),
});
