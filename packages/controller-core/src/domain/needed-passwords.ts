/** What stands in a credential for a secret that is asked for at each launch. */
export const ASK = 'ASK';

/** A credential, as far as it says what is asked for. */
export interface AskingCredential {
  readonly kind: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Inputs of machine credentials, and the names under which they are typed. */
const machine = [
  ['password', 'ssh_password'],
  ['become_password', 'become_password'],
  ['ssh_key_unlock', 'ssh_key_unlock'],
] as const;

/** Names of the passwords that have to be typed at a launch with these credentials. */
export function neededPasswords(credentials: readonly AskingCredential[]): readonly string[] {
  const needed = credentials.flatMap(({ kind, inputs }): readonly string[] => {
    if (kind === 'ssh')
      return machine.flatMap(([input, name]) => (inputs[input] === ASK ? name : []));
    if (kind !== 'vault' || inputs['vault_password'] !== ASK) return [];
    const id = inputs['vault_id'];
    return [typeof id === 'string' && id !== '' ? `vault_password.${id}` : 'vault_password'];
  });
  return [...new Set(needed)];
}
