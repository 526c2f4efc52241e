import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtApp } from '../built-app.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-background-'));
  await mkdir(join(root, 'bin'));
});
afterEach(async () => {
  await call('stop', root);
  await rm(root, { recursive: true, force: true });
});

async function call(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [builtApp, ...words], {
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}` },
    cwd: root,
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += String(data)));
  child.stderr.on('data', (data: Buffer) => (err += String(data)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

/** Puts a shell script in the place of ansible-playbook. */
const ansible = (script: string) =>
  writeFile(join(root, 'bin', 'ansible-playbook'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

const artifact = (name: string) => readFile(join(root, 'artifacts', 'r', name), 'utf8');

/** Resolves when the file is there. */
async function appears(folder: string, name: string): Promise<void> {
  const watcher = watch(folder);
  try {
    while (!existsSync(join(folder, name))) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}

/** Seconds that nothing else on this machine sleeps; a digit follows. */
const duration = 1_000_000 + randomInt(1_000_000);

/** Processes that hold the text in their command line. */
const processesWith = (text: string): string[] =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text));

describe('start, is-alive and stop', () => {
  it('carry a run through in the background', async () => {
    await ansible(`mkfifo '${root}/go'; touch '${root}/ready'; cat '${root}/go'; exit 3`);
    expect(await call('start', root, '-p', 'x', '-i', 'r')).toEqual({ code: 0, out: '', err: '' });
    await appears(root, 'ready');
    expect((await call('is-alive', root)).code).toBe(0);
    expect(process.kill(Number(await readFile(join(root, 'pid'), 'utf8')), 0)).toBe(true);
    const ended = appears(join(root, 'artifacts', 'r'), 'rc');
    await writeFile(join(root, 'go'), 'on\n');
    await ended;
    expect([await artifact('status'), await artifact('rc')]).toEqual(['failed', '3']);
    expect(await artifact('stdout')).toContain('on');
  });

  it('start makes a private data dir that does not exist', async () => {
    await ansible('exit 0');
    const made = join(root, 'not', 'there');
    expect(await call('start', made, '-p', 'x', '-i', 'r')).toEqual({ code: 0, out: '', err: '' });
    expect((await stat(made)).mode & 0o777).toBe(0o700);
    expect((await stat(join(made, 'daemon.log'))).mode & 0o777).toBe(0o600);
    await call('stop', made);
  });

  it('runner 1: stop ends the whole tree, and the run says how it ended', async () => {
    // One child ignores the first signal, another has left the session.
    await ansible(
      `setsid sleep ${duration}5 & (trap '' TERM; echo x > '${root}/ready'; while :; do sleep ${duration}4; done)`,
    );
    await call('start', root, '-p', 'x', '-i', 'r');
    await appears(root, 'ready');
    expect(processesWith(`sleep ${duration}`).length).toBeGreaterThan(0);
    const before = performance.now();
    expect(await call('stop', root)).toEqual({ code: 0, out: '', err: '' });
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(processesWith(`sleep ${duration}`)).toEqual([]);
    expect([await artifact('status'), await artifact('rc')]).toEqual(['canceled', '254']);
    expect((await call('is-alive', root)).code).toBe(1);
    expect(existsSync(join(root, 'pid'))).toBe(false);
  }, 30_000);

  it('stop ends what a run left that was itself killed', async () => {
    await ansible(`touch '${root}/ready'; exec sleep ${duration}3`);
    await call('start', root, '-p', 'x', '-i', 'r');
    await appears(root, 'ready');
    process.kill(Number(await readFile(join(root, 'pid'), 'utf8')), 'SIGKILL');
    expect((await call('stop', root)).code).toBe(0);
    expect(processesWith(`sleep ${duration}3`)).toEqual([]);
    expect([await artifact('status'), await artifact('rc')]).toEqual(['canceled', '254']);
  });

  it('runner 10: a second start says that the first one is running, and what it leaves is private', async () => {
    await ansible(`touch '${root}/ready'; exec sleep ${duration}2`);
    await call('start', root, '-p', 'x', '-i', 'r');
    await appears(root, 'ready');
    const second = await call('start', root, '-p', 'x', '-i', 'second');
    expect(second).toMatchObject({
      code: 1,
      err: expect.stringMatching(/A run is going on/) as string,
    });
    expect(existsSync(join(root, 'artifacts', 'second'))).toBe(false);
    for (const [path, mode] of [
      ['artifacts', 0o700],
      ['artifacts/r/stderr', 0o600],
      ['daemon.log', 0o600],
      ['pid', 0o600],
    ] as const)
      expect([path, (await stat(join(root, path))).mode & 0o777]).toEqual([path, mode]);
  });

  it('runner 10: what keeps a run from beginning is told by start', async () => {
    await writeFile(join(root, 'args'), '');
    const { code, err } = await call('start', root, '-p', 'x');
    expect([code, err]).toEqual([1, expect.stringMatching(/args is empty/) as string]);
    expect(existsSync(join(root, 'pid'))).toBe(false);
  });

  it('a play goes on to its end when its run is killed', async () => {
    const venv = process.env.RECEPTORJS_VENV ?? join(import.meta.dirname, '../../../../.venv');
    await symlink(join(venv, 'bin', 'ansible-playbook'), join(root, 'bin', 'ansible-playbook'));
    execFileSync('mkfifo', [join(root, 'go')]);
    const shown = `{ ansible.builtin.debug: { msg: "{{ 'x' * 20000 }}" }, loop: "{{ range(20) | list }}" }`;
    const play = `- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.raw: touch '${root}/ready' && cat '${root}/go'
    - ${shown}
    - ansible.builtin.raw: touch '${root}/end'
`;
    await writeFile(join(root, 'play.yml'), play);
    await writeFile(join(root, 'inventory'), 'localhost ansible_connection=local\n');
    await call('start', root, '-p', 'play.yml', '-i', 'r');
    await appears(root, 'ready');
    const pid = Number(await readFile(join(root, 'pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    const ended = appears(root, 'end');
    await writeFile(join(root, 'go'), 'on\n');
    await ended;
    expect(existsSync(join(root, 'artifacts', 'r', 'rc'))).toBe(false);
  });

  it('stop and is-alive of a folder without a run end with 1', async () => {
    expect((await call('stop', root)).code).toBe(1);
    expect((await call('is-alive', root)).code).toBe(1);
  });
});

describe('adhoc and playbook', () => {
  it('hand their words to Ansible, in the folder one stands in', async () => {
    await ansible('echo "$PWD" "$@"; exit 4');
    expect(await call('playbook', '-i', 'a b', "it's.yml")).toEqual({
      code: 4,
      out: `${root} -i a b it's.yml\r\n`,
      err: '',
    });
  });

  it('log as a run does, and say why they ended', async () => {
    await ansible('exec sleep 60');
    await mkdir(join(root, 'kept', 'env'), { recursive: true });
    await writeFile(join(root, 'kept', 'env', 'settings'), 'job_timeout: 0.2');
    const words = ['-q', '--logfile', 'log', '--private-data-dir', 'kept', 'playbook', 'x.yml'];
    expect(await call(...words)).toEqual({
      code: 254,
      out: '',
      err: 'ansible-runner: The job was ended because it took more than 0.2 seconds.\n',
    });
    expect(await readFile(join(root, 'log'), 'utf8')).toContain('x.yml');
  });

  it('keep the run where --private-data-dir says', async () => {
    await ansible('true');
    await mkdir(join(root, 'kept'));
    await call('--private-data-dir', 'kept', '-i', 'r', 'playbook', 'x.yml');
    expect(await readFile(join(root, 'kept', 'artifacts', 'r', 'rc'), 'utf8')).toBe('0');
  });
});
