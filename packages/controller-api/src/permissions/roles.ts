import type { Row } from '@receptorjs/controller-core';

/** What somebody may do, from most to least. */
export const roles = ['admin', 'operator', 'auditor', 'none'] as const;
export type Role = (typeof roles)[number];

/** Who sends a request. */
export interface CurrentUser {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  /** Whether only reading is allowed, whatever the role says. */
  readonly isReadOnly: boolean;
}

/** The role that the flags of a user give. */
export function roleOf(user: Row): Role {
  if (user['is_superuser'] === true) return 'admin';
  if (user['is_operator'] === true) return 'operator';
  if (user['is_system_auditor'] === true) return 'auditor';
  return 'none';
}
