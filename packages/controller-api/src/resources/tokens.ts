import {
  choice,
  datetime,
  identity,
  nullableInteger,
  nullableText,
  reference,
  text,
} from './fields.js';
import { defineResource } from './resource.js';

/** What programs log in with. The token itself is told once, when it is made. */
export const tokens = defineResource({
  path: 'tokens',
  type: 'o_auth2_access_token',
  label: 'Access Token',
  fields: {
    ...identity,
    description: text('Description', { maxLength: 10_000 }),
    user: reference('User', 'users', { isReadOnly: true }),
    application: nullableInteger('Application', {
      isStored: false,
      help: 'Tokens here are personal ones: null.',
    }),
    scope: choice(
      'Scope',
      [
        ['write', 'Write'],
        ['read', 'Read'],
      ],
      { help: 'Allowed scopes, further restricts user permissions.' },
    ),
    token: text('Token', { isReadOnly: true, isStored: false }),
    refresh_token: nullableText('Refresh token', { isReadOnly: true, isStored: false }),
    expires: datetime('Expires'),
    last_used: datetime('Last used'),
  },
  search: ['description'],
  can: { create: true, change: true, delete: true },
  present: (row) => ({ ...row, token: '************', refresh_token: null, application: null }),
});
