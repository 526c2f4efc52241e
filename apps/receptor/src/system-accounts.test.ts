import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { accountId } from './system-accounts.js';

it('knows users and groups by name and by number', async () => {
  const { username, uid, gid } = userInfo();
  expect(await accountId('passwd', username)).toBe(uid);
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  expect(await accountId('group', group)).toBe(gid);
  expect(await accountId('passwd', '4711')).toBe(4711);
});

it.each([
  ['passwd', 'no-such-user', 'there is no user no-such-user on this machine'],
  ['group', '-s', 'there is no group -s on this machine'],
  ['group', 'no:such', 'there is no group no:such on this machine'],
] as const)('refuses %s %s', async (database, name, message) => {
  await expect(accountId(database, name)).rejects.toThrow(message);
});
