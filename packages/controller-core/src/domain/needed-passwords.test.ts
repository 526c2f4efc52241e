import { expect, it } from 'vitest';
import { neededPasswords } from './needed-passwords.js';

it('names what is asked for at a launch', () => {
  const ssh = {
    password: 'ASK',
    become_password: 'secret',
    ssh_key_unlock: 'ASK',
    username: 'ASK',
  };
  expect(
    neededPasswords([
      { kind: 'ssh', inputs: ssh },
      { kind: 'vault', inputs: { vault_password: 'ASK', vault_id: 'prod' } },
      { kind: 'vault', inputs: { vault_password: 'ASK' } },
      { kind: 'scm', inputs: { password: 'ASK' } },
    ]),
  ).toEqual(['ssh_password', 'ssh_key_unlock', 'vault_password.prod', 'vault_password']);
});
