import { neededPasswords, type AskingCredential } from '../../domain/needed-passwords.js';
import type { ResourceStore, Row } from '../../ports/resource-store.js';

const MAX_CREDENTIALS = 1000;

/** Passwords that were typed for a launch, by their names. */
export type Passwords = Readonly<Record<string, string>>;

/** A credential as a launch looks at it; its secrets are locked. */
export interface LaunchCredential extends AskingCredential {
  readonly id: number;
  readonly name: string;
}

const credentialOf = (row: Row): LaunchCredential => ({
  id: Number(row['id']),
  name: String(row['name']),
  kind: String(row['kind']),
  inputs: (row['inputs'] ?? {}) as Readonly<Record<string, unknown>>,
});

/** The credentials of a template or a job. */
export async function linkedCredentials(
  store: ResourceStore,
  resource: 'job_templates' | 'jobs',
  id: number,
): Promise<readonly LaunchCredential[]> {
  const rows = await store.list('credentials', {
    criterion: { kind: 'linked', from: resource, relation: 'credentials', id },
    order: [],
    limit: MAX_CREDENTIALS,
    offset: 0,
  });
  return rows.map(credentialOf);
}

/** The credentials with these ids; those that are not there are left out. */
export async function credentialsById(
  store: ResourceStore,
  ids: readonly number[],
): Promise<readonly LaunchCredential[]> {
  const rows = await Promise.all(ids.map((id) => store.get('credentials', id)));
  return rows.flatMap((row) => (row === undefined ? [] : [credentialOf(row)]));
}

/** What is wrong with credentials together: there is one of a kind, but for vaults with ids of their own. */
export function credentialProblem(credentials: readonly AskingCredential[]): string | undefined {
  const used = new Set<string>();
  for (const { kind, inputs } of credentials) {
    const vaultId = inputs['vault_id'];
    const key = kind === 'vault' ? `vault ${typeof vaultId === 'string' ? vaultId : ''}` : kind;
    if (used.has(key)) return `Cannot assign multiple ${kind} credentials.`;
    used.add(key);
  }
  return undefined;
}

/** Names of the passwords that are needed and were not typed. */
export const missingPasswords = (
  credentials: readonly AskingCredential[],
  typed: Passwords = {},
): readonly string[] => neededPasswords(credentials).filter((name) => (typed[name] ?? '') === '');
