import { expect, it } from 'vitest';
import type { JoinFailure } from './join-failure.js';
import { readJoinOptions } from './join-options.js';

const token = `join1.${'a'.repeat(43)}`;
const user = { hostname: 'far', isRoot: false, hasSystemd: true, dataHome: '/home/u/share' };
const root = { ...user, isRoot: true };
const https = 'https://controller.example.org:8052';

const refusal = (words: readonly string[]): string => {
  try {
    readJoinOptions(words, user);
  } catch (error) {
    expect(error).toMatchObject({ name: 'JoinFailure', exitCode: 2 });
    return (error as JoinFailure).message;
  }
  return '';
};

it('root has a service and folders of the system, others their own and the command', () => {
  expect(readJoinOptions([https, token], root)).toMatchObject({
    nodeId: 'far',
    nodeType: 'execution',
    dataDir: '/var/lib/receptor',
    config: '/etc/receptor/receptor.conf',
    isService: true,
  });
  expect(readJoinOptions([https, token, '--start'], user)).toMatchObject({
    dataDir: '/home/u/share/receptor',
    config: '/home/u/share/receptor/receptor.conf',
    isService: false,
    isStarted: true,
  });
  expect(readJoinOptions([https, token, '--data-dir', '/d', '--no-service'], root)).toMatchObject({
    config: '/d/receptor.conf',
    isService: false,
  });
});

it('a token goes unencrypted to this machine alone, unless it is asked for', () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]'])
    expect(readJoinOptions([`http://${host}:1`, token], user)).toBeDefined();
  expect(refusal(['http://controller.example.org', token])).toContain('unencrypted');
  expect(refusal(['http://127.0.0.1.example.org', token])).toContain('unencrypted');
  const asked = ['http://controller.example.org', token, '--insecure-http'];
  expect(readJoinOptions(asked, user)).toBeDefined();
});

it('what is not understood is refused, and no token is repeated', () => {
  for (const words of [
    [],
    [https],
    [https, 'b'.repeat(43)],
    [https, token, 'x'],
    [https, token, '--x'],
    [https, token, '--kind', 'control'],
    [https, token, '--node-id', '../x'],
    [https, token, '--service', '--no-service'],
    [https, token, '--service'],
    ['ftp://x', token],
  ]) {
    const message = refusal(words);
    expect(message, words.join(' ')).toContain('--help');
    expect(message).not.toMatch(/aaaa|bbbb/);
  }
});
