import type { Criterion, Row } from '@receptorjs/controller-core';
import { equals } from '../query/criteria.js';
import type { Resource } from '../resources/resource.js';
import { may } from './permission-table.js';
import type { CurrentUser } from './roles.js';

/** What rows of a resource must meet for somebody to see them; nothing where all are seen. */
export function visibleTo(user: CurrentUser, { path }: Resource): readonly Criterion[] {
  if (path === 'tokens') return user.role === 'admin' ? [] : [equals('user', user.id)];
  if (path === 'users' && !may(user, 'users', 'read')) return [equals('id', user.id)];
  return [];
}

/** Whether somebody sees a row; those of others among tokens, for one, are not there for them. */
export function isVisibleTo(user: CurrentUser, { path }: Resource, row: Row): boolean {
  if (path === 'tokens') return user.role === 'admin' || row['user'] === user.id;
  if (path === 'users') return may(user, 'users', 'read') || row['id'] === user.id;
  return true;
}

/** Whether a row is somebody's own, of which they may read and change what is theirs. */
export const isOwn = (user: CurrentUser, { path }: Resource, row: Row): boolean =>
  path === 'users' && row['id'] === user.id;
