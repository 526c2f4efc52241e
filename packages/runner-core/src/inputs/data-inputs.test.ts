import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planJob } from '../plan/job-plan.js';
import { readPrivateDataDir } from './private-data-dir.js';
import { writePrivateFiles } from '../artifacts/private-files.js';
import type { RunOptions } from './run-options.js';

let root: string;
let privateDir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-data-'));
  privateDir = await mkdtemp(join(tmpdir(), 'runner-private-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(privateDir, { recursive: true, force: true });
});

const file = async (name: string, content = '') => {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeFile(join(root, name), content);
};

/** Plans a run and writes its private files; gives the command and the environment. */
async function planned(options: Partial<RunOptions>, inherited: Record<string, string> = {}) {
  const whole = { privateDataDir: root, ...options };
  const plan = await planJob(whole, await readPrivateDataDir(whole), inherited);
  const places = { root, cwd: plan.cwd, privateDir, pathOf: (path: string) => path };
  await writePrivateFiles(plan.privateFiles, privateDir, places);
  return { command: plan.command(places), env: plan.env, cwd: plan.cwd };
}

const privateJson = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(privateDir, name), 'utf8')) as unknown;

describe('a playbook', () => {
  it('runner 4: as data replaces nothing, and finds what lies in the project', async () => {
    await file('project/main.json', 'mine');
    await file('project/vars/a.yml', 'a: 1');
    const plays = [{ hosts: 'all', vars_files: ['vars/a.yml'] }];
    const { command, cwd } = await planned({ playbook: plays });
    const path = join(privateDir, 'project', 'main-2.json');
    expect(command).toEqual(['ansible-playbook', path]);
    expect(cwd).toBe(join(root, 'project'));
    expect(await privateJson('project/main-2.json')).toEqual(plays);
    expect(await readFile(join(dirname(path), 'vars', 'a.yml'), 'utf8')).toBe('a: 1');
    expect(await readFile(join(root, 'project', 'main.json'), 'utf8')).toBe('mine');
  });

  it('may be one play', async () => {
    const { command } = await planned({ playbook: { hosts: 'all' } });
    expect(command).toEqual(['ansible-playbook', join(privateDir, 'project', 'main.json')]);
    expect(await privateJson('project/main.json')).toEqual([{ hosts: 'all' }]);
  });

  it('is looked for in project/ first, then in the private data dir, where it works then', async () => {
    await file('project/one.yml');
    await file('one.yml');
    await file('two.yml');
    expect((await planned({ playbook: 'one.yml' })).cwd).toBe(join(root, 'project'));
    expect((await planned({ playbook: 'two.yml' })).cwd).toBe(root);
    expect((await planned({ playbook: 'nowhere.yml' })).cwd).toBe(join(root, 'project'));
  });

  it.each([
    [{ playbook: [] }, /empty list/],
    [{ playbook: 'a', role: 'b' }, /Only one of playbook, module and role/],
    [{}, /No executable for runner to run/],
  ])('can not be %j', async (options, message) => {
    await expect(planned(options)).rejects.toThrow(message);
  });
});

it('refuses plays that JSON can not hold', async () => {
  await expect(planned({ playbook: [{ n: 1n }] })).rejects.toThrow(/playbook must be what JSON/);
});

describe('a role', () => {
  it('becomes a play with its hosts and variables', async () => {
    await planned({ role: 'r', roleVars: { a: 'b=c' }, roleSkipFacts: true, hosts: 'web' });
    expect(await privateJson('project/main.json')).toEqual([
      { hosts: 'web', roles: [{ name: 'r', vars: { a: 'b=c' } }], gather_facts: false },
    ]);
  });

  it('runs on all hosts with facts unless that is said', async () => {
    const { env } = await planned({ role: 'r' });
    expect(await privateJson('project/main.json')).toEqual([
      { hosts: 'all', roles: [{ name: 'r' }], gather_facts: true },
    ]);
    expect(env.RUNNER_OMIT_EVENTS).toBe('False');
  });

  it('runner 6: is looked for in roles/ and project/roles, and where the user has roles', async () => {
    await file('project/roles/r/tasks/main.yml');
    const roles = async (options: Partial<RunOptions>, inherited = {}) =>
      (await planned({ role: 'r', ...options }, inherited)).env.ANSIBLE_ROLES_PATH;
    expect(await roles({})).toBe(
      `${join(root, 'roles')}:~/.ansible/roles:/usr/share/ansible/roles:/etc/ansible/roles`,
    );
    expect(await readdir(join(privateDir, 'project', 'roles'))).toEqual(['r']);
    await rm(join(privateDir, 'project'), { recursive: true });
    expect(await roles({ rolesPath: ['/x', '/y'] }, { ANSIBLE_ROLES_PATH: '/z' })).toBe(
      `/x:/y:${join(root, 'roles')}:/z`,
    );
    await rm(join(privateDir, 'project'), { recursive: true });
    await file('project/ansible.cfg', '[defaults]\nroles_path = mine:/theirs\n');
    expect(await roles({})).toBe(`${join(root, 'roles')}:${join(root, 'project', 'mine')}:/theirs`);
  });
});

describe('an inventory', () => {
  it('runner 4: as data replaces nothing, and has the variables that lie beside it', async () => {
    await file('inventory/hosts', 'mine');
    await file('inventory/group_vars/all.yml', 'a: 1');
    const inventory = { all: { hosts: { h1: { ansible_connection: 'local' } } } };
    const { command } = await planned({ playbook: 'x', inventory });
    expect(command).toContain(join(privateDir, 'inventory', 'hosts.json'));
    expect(await privateJson('inventory/hosts.json')).toEqual(inventory);
    expect((await readdir(join(privateDir, 'inventory'))).sort()).toEqual([
      'group_vars',
      'hosts.json',
    ]);
    expect(await readFile(join(root, 'inventory', 'hosts'), 'utf8')).toBe('mine');
  });

  it('below the private data dir is wherever the job sees that', async () => {
    await file('inventory/hosts');
    await file('env/extravars', 'a: 1');
    const options = { privateDataDir: root, playbook: 'x' };
    for (const inventory of [undefined, join(root, 'inventory'), 'inventory'] as const) {
      const given = { ...options, ...(inventory !== undefined && { inventory }) };
      const plan = await planJob(given, await readPrivateDataDir(given), {});
      const places = { root: '/runner', cwd: '/runner/project', privateDir: '/p' };
      const pathOf = (path: string) => path.replace(root, '/runner');
      expect(plan.command({ ...places, pathOf })).toEqual([
        ...['ansible-playbook', '-i', '/runner/inventory', '-e', '@/runner/env/extravars', 'x'],
      ]);
    }
  });
});
