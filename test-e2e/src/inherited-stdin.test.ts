import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bin, command, Mesh } from './mesh.js';

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

/** What a command leaves of the input that a script shares with it. */
async function leftBy(words: readonly string[], input = 'LEFT\n'): Promise<string> {
  const script = `input=$1; shift; printf "$input" | ("$@" >/dev/null 2>&1; cat)`;
  const { stdout } = await command('sh', ['-c', script, 'sh', input, ...words], {
    cwd: mesh.folder,
  });
  return stdout;
}

it('cert-signreq takes its answer and no byte more', async () => {
  const receptor = bin('receptor');
  const run = (...words: string[]) => command(receptor, words, { cwd: mesh.folder });
  await run('--cert-init', 'commonname=ca', 'bits=1024', 'outcert=ca.crt', 'outkey=ca.key');
  await run('--cert-makereq', 'commonname=n', 'bits=1024', 'nodeid=n', 'outreq=r', 'outkey=n.key');
  const sign = ['--cert-signreq', 'req=r', 'cacert=ca.crt', 'cakey=ca.key', 'outcert=n.crt'];
  expect(await leftBy([receptor, ...sign], 'no\\nLEFT\\n')).toBe('LEFT\n');
  expect(existsSync(join(mesh.folder, 'n.crt'))).toBe(false);
  expect(await leftBy([receptor, ...sign], 'yes\\nLEFT\\n')).toBe('LEFT\n');
  expect(existsSync(join(mesh.folder, 'n.crt'))).toBe(true);
});

it('commands that read no input leave it alone', async () => {
  const near = mesh.start('near', [
    { 'local-only': null },
    { 'work-command': { worktype: 'cat', command: 'cat' } },
  ]);
  (await near.control()).close();
  const ctl = [bin('receptorctl'), '--socket', near.socket];
  const runner = bin('ansible-runner');
  for (const words of [
    [bin('receptor'), '--version'],
    [bin('receptor'), '--check', '--node', 'id=a'],
    [...ctl, 'status'],
    [...ctl, 'ping', 'near', '--count', '1'],
    [...ctl, 'work', 'submit', 'cat', '-n', '-f', '--rm'],
    [...ctl, 'work', 'list'],
    [runner, '--version'],
    [runner, 'is-alive', mesh.folder],
    [runner, 'transmit', mesh.folder, '-m', 'ping', '--hosts', 'localhost'],
  ]) {
    expect([words.join(' '), await leftBy(words)]).toEqual([words.join(' '), 'LEFT\n']);
  }
});
