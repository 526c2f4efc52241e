import { mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planJob } from '../plan/job-plan.js';
import type { Mapping } from '../inputs/mapping-file.js';
import { readPrivateDataDir } from '../inputs/private-data-dir.js';
import type { RunOptions } from '../inputs/run-options.js';
import { commandMounts } from './command-mounts.js';
import { containerName } from './container-name.js';
import { writeEnvironmentFile } from './environment-file.js';
import { readIsolation } from './isolation-settings.js';
import { folderMount, MountList } from './mount-list.js';
import { claimUserMounts } from './user-mounts.js';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'runner-isolation-')));
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'podman'), '#!/bin/sh\n', { mode: 0o755 });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const read = (options: Partial<RunOptions>, settings: Mapping = {}) =>
  readIsolation(options, settings, 'env/settings');
const plan = async (options: Partial<RunOptions>, path = join(root, 'bin')) => {
  const whole = { privateDataDir: root, playbook: 'x', processIsolation: true, ...options };
  return planJob(whole, await readPrivateDataDir(whole), { PATH: path });
};

describe('settings', () => {
  it('win over options, each by itself', () => {
    const options = {
      processIsolation: true,
      containerImage: 'a',
      containerOptions: ['--x'],
      containerAuthData: { host: 'h', username: 'u', password: 'p' },
    };
    expect(read(options, { process_isolation: false })).toBeUndefined();
    expect(read({}, { process_isolation: true, container_image: 'b' })).toMatchObject({
      kind: 'container',
      executable: 'podman',
      image: 'b',
    });
    const settings = {
      process_isolation_executable: '/opt/bin/docker',
      container_volume_mounts: ['/a:/b'],
      container_auth_data: { host: 'r', username: 'n', password: 'q', verify_ssl: false },
    };
    expect(read(options, settings)).toEqual({
      kind: 'container',
      engine: 'docker',
      executable: '/opt/bin/docker',
      image: 'a',
      volumeMounts: ['/a:/b'],
      options: ['--x'],
      auth: { host: 'r', username: 'n', password: 'q', verifySsl: false },
    });
    const paths = { process_isolation_hide_paths: ['/h'], process_isolation_path: '/p' };
    expect(
      read({ processIsolation: true, processIsolationExecutable: 'bwrap' }, paths),
    ).toMatchObject({ kind: 'sandbox', path: '/p', hidePaths: ['/h'], showPaths: [] });
  });

  it.each([
    [{ process_isolation: 'yes' }, /process_isolation must be true or false/],
    [{ container_options: '--x' }, /container_options must be a list of texts/],
    [{ container_auth_data: { host: 'h', password: 'canary' } }, /container_auth_data must have/],
  ] as const)('that are none are refused: %j', (settings, message) => {
    const options = { processIsolation: true, containerImage: 'a' };
    expect(() => read(options, settings)).toThrow(message);
    expect(() => read(options, settings)).not.toThrow(/canary/);
  });
});

describe('a run in a container', () => {
  it('needs an image and an engine', async () => {
    await expect(plan({})).rejects.toThrow(
      'container_image required when specifying process_isolation_executable=podman',
    );
    await expect(plan({ containerImage: 'a' }, '/nowhere')).rejects.toThrow(
      'Unable to find process isolation executable: podman',
    );
    await writeFile(join(root, 'bin', 'x'), '');
    await mkdir(join(root, 'env'));
    await writeFile(join(root, 'env', 'settings'), 'process_isolation_executable: x\n');
    await expect(plan({ containerImage: 'a' })).rejects.toThrow(
      'Unable to find process isolation executable: x',
    );
  });

  it.each(['/', '/home', '/usr/', '//usr/.', '/usr/../home'])(
    'refuses to mount %s',
    async (path) => {
      const options = { containerImage: 'a' };
      for (const further of [
        { containerVolumeMounts: [`${path}:/x`] },
        { hostCwd: path },
        { artifactDir: '/', ident: 'home' },
      ])
        await expect(plan({ ...options, ...further })).rejects.toThrow(
          "When using containerized execution, cannot mount '/' or '/home' or '/usr'",
        );
    },
  );
});

it('refuses to mount a path with a colon', async () => {
  await mkdir(join(root, 'a:b'));
  await expect(plan({ containerImage: 'a', hostCwd: join(root, 'a:b') })).rejects.toThrow(
    /can't see .*a:b/,
  );
});

it('refuses to mount what is a link to the system', async () => {
  await symlink('/', join(root, 'all'));
  for (const source of [join(root, 'all'), join(root, 'all', 'usr')])
    await expect(
      plan({ containerImage: 'a', containerVolumeMounts: [`${source}:/x`] }),
    ).rejects.toThrow("cannot mount '/' or '/home' or '/usr'");
});

it('works in a container where the reference says, but for a playbook in the root', async () => {
  const workdir = async (options: Partial<RunOptions>) => {
    const { isolation, cwd } = await plan({ containerImage: 'a', ...options });
    return isolation.workIn(cwd);
  };
  const module = { playbook: '', module: 'ping' };
  expect([await workdir({}), await workdir(module)]).toEqual(['/runner', '/runner']);
  await mkdir(join(root, 'project'));
  await writeFile(join(root, 'one.yml'), '');
  expect([await workdir({}), await workdir(module)]).toEqual([
    '/runner/project',
    '/runner/project',
  ]);
  expect(await workdir({ playbook: 'one.yml' })).toBe('/runner');
  expect(await workdir({ projectDir: join(root, 'bin') })).toBe('/runner/bin');
  expect(await workdir({ projectDir: tmpdir() })).toBe('/runner/project');
  expect(await workdir({ hostCwd: join(root, 'bin') })).toBe(join(root, 'bin'));
  expect(await workdir({ hostCwd: join(root, 'missing') })).toBe('/runner/project');
  expect(await workdir({ hostCwd: root, containerWorkdir: '/w' })).toBe('/w');
});

it('finds the path in a container by the closest mount', () => {
  const mounts = new MountList();
  mounts.add(folderMount('/a', '/runner', 'Z'));
  mounts.add(folderMount('/a/b', '/elsewhere'));
  mounts.add(folderMount('/a/b', '/elsewhere'));
  expect(['/a', '/a/x', '/a/b/c', '/a/bc', '/ab', '/'].map((path) => mounts.inside(path))).toEqual([
    ...['/runner', '/runner/x', '/elsewhere/c', '/runner/bc', undefined, undefined],
  ]);
  expect(mounts.arguments()).toEqual(['-v', '/a/:/runner/:Z', '-v', '/a/b/:/elsewhere/']);
});

describe('at one place in a container', () => {
  it('the first mount stays, however its path is written', () => {
    const mounts = new MountList();
    mounts.add(folderMount('/a', '/runner/x', 'Z'));
    mounts.add({ source: '/b', destination: '/runner//x' });
    expect(mounts.claim('/runner/y/../x/')).toBe(false);
    expect(mounts.claim('/runner/y')).toBe(true);
    mounts.add(folderMount('/c', '/runner/y'));
    expect(mounts.arguments()).toEqual(['-v', '/a/:/runner/x/:Z']);
    expect(mounts.inside('/c')).toBeUndefined();
  });

  it('stands what the user mounts, by settings or options of the engine', () => {
    const mounts = new MountList();
    const options = ['--mount=type=bind,src=/s,dst=/m1', '--mount', 'type=tmpfs,destination=/m2'];
    const others = ['-v', '/s:/v1:ro', '--volume=/s:/v2', '--tmpfs', '/t1:size=1m', '--network=x'];
    const given = ['/s:/u1:ro', '/u2', 'named:/u3/', '/s:/u1:ro'];
    expect(claimUserMounts(mounts, given, [...options, ...others])).toEqual(given.slice(0, 3));
    for (const place of ['/u1', '/u2', '/u3', '/m1', '/m2', '/v1', '/v2', '/t1'])
      expect([place, mounts.claim(place)]).toEqual([place, false]);
    expect(mounts.claim('/x')).toBe(true);
  });

  it('the user can not mount twice', () => {
    expect(() => claimUserMounts(new MountList(), ['/a:/x', '/b:/x/:ro'], [])).toThrow(
      'container_volume_mounts: "/b:/x/:ro" is the second mount at /x/.',
    );
  });
});

it('runner 15: a name of a container is clean, and no other run has it', () => {
  expect(containerName('4f-0', false)).toBe('ansible_runner_4f-0');
  const names = ['a.b', 'a_b', 'a b', 'ä'].map((ident) => containerName(ident, true));
  for (const name of names) expect(name).toMatch(/^ansible_runner_[A-Za-z0-9_-]+_[0-9a-f]{8}$/);
  expect(new Set([...names, containerName('a.b', true)]).size).toBe(5);
});

it('runner 17: the file of variables is for nobody else and holds no secret', async () => {
  const path = join(root, 'env.list');
  await writeFile(path, 'old', { mode: 0o644 });
  const long = 'x'.repeat(20_000);
  await writeEnvironmentFile(path, { A: 'b=c ', LINES: 'a\nb', MY_PASSWORD: 'canary', LONG: long });
  expect(await readFile(path, 'utf8')).toBe('A=b=c \nLINES\nMY_PASSWORD\nLONG');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  for (const name of ['A B', '#A', 'A*', 'A\nB'])
    await expect(writeEnvironmentFile(path, { [name]: '' })).rejects.toThrow(/can't be passed/);
});

describe('a command in a container sees', () => {
  const ssh = ['/home/runner/.ssh/', '/root/.ssh/', '/etc/ssh/'];
  /** Mounts but for those of the user's ssh. */
  const mounts = (words: readonly string[], inherited = {}) =>
    commandMounts(words, { HOME: root, ...inherited }, new MountList()).filter(
      (word) => !ssh.some((folder) => word.endsWith(folder)),
    );

  it('the folders of what its words name', async () => {
    for (const name of ['p', 'i', 'k', 'v']) await mkdir(join(root, name));
    for (const name of ['p/site.yml', 'i/hosts', 'k/key', 'v/pass'])
      await writeFile(join(root, name), '');
    const at = (name: string) => join(root, name);
    const both = (name: string) => ['-v', `${at(name)}/:${at(name)}/`];
    const withoutSsh = (words: readonly string[]) =>
      mounts(words).filter((word, index, all) => word !== '-v' || all[index + 1]?.includes(':'));
    expect(
      withoutSsh([
        ...['/opt/ansible-playbook', '-v', at('p/site.yml'), '-i', at('i/hosts'), '-i', 'a,b,'],
        ...['--inventory', at('i'), '--private-key', at('k/key'), '-i', at('missing')],
        `--vault-password-file=${at('v/pass')}`,
      ]),
    ).toEqual([...both('p'), ...both('i'), ...both('k'), ...both('v')]);
    expect(withoutSsh(['ansible-playbook', '--help', at('p/site.yml')])).toEqual([]);
    expect(withoutSsh(['cat', at('p/site.yml')])).toEqual([]);
  });

  it('the ssh-agent of the user, at the same path', async () => {
    await writeFile(join(root, 'agent'), '');
    const words = mounts(['sh'], { SSH_AUTH_SOCK: join(root, 'agent') });
    expect(words.slice(0, 4)).toEqual([
      ...['-v', `${root}/:${root}/`, '-e', `SSH_AUTH_SOCK=${join(root, 'agent')}`],
    ]);
    expect(homedir()).not.toBe(root);
  });
});
