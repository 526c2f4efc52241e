import { boolean, choice, identity, json, naming, nullableText } from './fields.js';
import { defineResource } from './resource.js';

/** Kinds of credentials: which fields they have, and which of them are secret. They come with the controller. */
export const credentialTypes = defineResource({
  path: 'credential_types',
  type: 'credential_type',
  label: 'Credential Type',
  fields: {
    ...identity,
    ...naming,
    kind: choice('Kind', [
      ['ssh', 'Machine'],
      ['vault', 'Vault'],
      ['scm', 'Source Control'],
      ['kubernetes', 'Kubernetes'],
      ['registry', 'Container Registry'],
      ['cloud', 'Cloud'],
    ]),
    namespace: nullableText('Namespace', { isReadOnly: true }),
    managed: boolean('Managed', { isReadOnly: true }),
    inputs: json('Inputs'),
    injectors: json('Injectors'),
  },
  search: ['name', 'description'],
  lists: { credentials: { of: 'credentials', by: 'credential_type', isReadOnly: true } },
  summary: ['kind', 'namespace'],
  unique: [['name', 'kind']],
  order: 'name',
  can: { create: false, change: false, delete: false },
});
