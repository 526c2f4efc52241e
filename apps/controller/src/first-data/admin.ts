import type { ResourceStore } from '@receptorjs/controller-core';
import { hashPassword } from '@receptorjs/controller-api';
import { randomBytes } from 'node:crypto';
import { Failure } from '../failure.js';

const PASSWORD_BYTES = 12;

/** A password that nobody guesses and one can still type. */
export const newPassword = (): string => randomBytes(PASSWORD_BYTES).toString('base64url');

/** Whether there is somebody who may do everything. */
export async function hasAdmin(store: ResourceStore): Promise<boolean> {
  const isAdmin = { kind: 'field', field: 'is_superuser', lookup: 'exact', value: true } as const;
  return (await store.count('users', isAdmin)) > 0;
}

/**
 * Makes an administrator, or makes somebody one, with a new password.
 *
 * @throws {Failure} for a name that is none
 */
export async function setAdmin(
  store: ResourceStore,
  username: string,
  password: string,
): Promise<void> {
  if (!/^[\w.@+-]{1,150}$/.test(username))
    throw new Failure(`'${username}' is no user name: letters, digits and @ . + - _ are allowed`);
  const criterion = { kind: 'field', field: 'username', lookup: 'exact', value: username } as const;
  const values = { password: await hashPassword(password), is_superuser: true, is_active: true };
  await store.transaction(async (inner) => {
    const [user] = await inner.list('users', { criterion, order: [], limit: 1, offset: 0 });
    if (user === undefined) await inner.insert('users', { username, ...values });
    else await inner.update('users', Number(user['id']), values);
  });
}
