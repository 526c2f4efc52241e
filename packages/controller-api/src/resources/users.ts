import { hashPassword } from '../authentication/passwords.js';
import { boolean, datetime, identity, text } from './fields.js';
import { defineResource } from './resource.js';

/** People and programs that log in. Of the three flags the first that is set says what they may do; without one they may do nothing but look at themselves. */
export const users = defineResource({
  path: 'users',
  type: 'user',
  label: 'User',
  fields: {
    ...identity,
    username: text('Username', { isRequired: true, maxLength: 150 }),
    first_name: text('First name', { maxLength: 150 }),
    last_name: text('Last name', { maxLength: 150 }),
    email: text('Email address', { maxLength: 254 }),
    is_superuser: boolean('Superuser status', {
      help: 'Designates that this user has all permissions without explicitly assigning them.',
    }),
    is_operator: boolean('Is operator', {
      help: 'May see everything, change what jobs are made of, and run jobs.',
    }),
    is_system_auditor: boolean('Is system auditor', { help: 'May see everything.' }),
    is_active: boolean('Active', { initial: true, help: 'Who is not active can not log in.' }),
    password: text('Password', {
      isWriteOnly: true,
      maxLength: 1024,
      help: 'Field used to change the password.',
    }),
    last_login: datetime('Last login'),
  },
  naturalKey: 'username',
  search: ['username', 'first_name', 'last_name', 'email'],
  lists: {
    tokens: { of: 'tokens', by: 'user' },
    personal_tokens: { of: 'tokens', by: 'user' },
    activity_stream: { of: 'activity_stream', by: 'actor', isReadOnly: true },
  },
  summary: ['username', 'first_name', 'last_name'],
  unique: [['username']],
  order: 'username',
  can: { create: true, change: true, delete: true },
  check(values, { existing }) {
    const errors: Record<string, string[]> = {};
    const password = values['password'];
    if (existing === undefined && (password === undefined || password === ''))
      errors['password'] = ['Password required for new User.'];
    return errors;
  },
  async prepare({ password, ...others }) {
    return typeof password === 'string' && password !== ''
      ? { ...others, password: await hashPassword(password) }
      : others;
  },
});
