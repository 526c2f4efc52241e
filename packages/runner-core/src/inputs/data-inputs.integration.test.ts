import { relative } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ansibleMissing, ansiblePath, Fixture } from '../ansible-fixture.js';
import type { RunOptions } from './run-options.js';
import { run } from '../run.js';

let fixture: Fixture;
afterEach(() => fixture.remove());

const host = { ansible_connection: 'local', ansible_python_interpreter: '/usr/bin/python3' };
const inventory = { all: { hosts: { h1: host } } };
const env = {
  'env/envvars': JSON.stringify({ PATH: ansiblePath, ANSIBLE_DEPRECATION_WARNINGS: false }),
};

/** Runs with the private data dir named from here, as people do. */
const start = (options: Partial<RunOptions>) =>
  run({ privateDataDir: relative('.', fixture.path), ident: 'r', inventory, ...options });

/** What the debug tasks of a run said. */
async function said(): Promise<unknown[]> {
  return (await fixture.events('r')).flatMap((event) =>
    event.event === 'runner_on_ok' && event.event_data.task_action?.includes('debug')
      ? [event.event_data.res?.msg]
      : [],
  );
}

describe.skipIf(ansibleMissing !== undefined)('inputs as data (skipped without Ansible)', () => {
  it('runner 6, 28: a role in roles/ runs with its dependency in project/roles, from a relative path', async () => {
    fixture = await Fixture.make({
      ...env,
      'roles/top/tasks/main.yml': '- debug: { msg: "{{ greeting }} from {{ role_name }}" }\n',
      'roles/top/meta/main.yml': 'dependencies: [below]\n',
      'project/roles/below/tasks/main.yml': '- debug: { msg: "below, {{ greeting }}" }\n',
      'inventory/group_vars/all.yml': 'greeting: never\n',
    });
    const result = await start({ role: 'top', roleVars: { greeting: 'a=b' }, roleSkipFacts: true });
    expect(result).toMatchObject({ status: 'successful', rc: 0 });
    expect(await said()).toEqual(['below, a=b', 'a=b from top']);
  });

  it('runner 4, 28: plays and inventory as data find variables, files and roles of the project', async () => {
    fixture = await Fixture.make({
      ...env,
      'project/vars/a.yml': 'a: from vars\n',
      'project/more.yml': '- debug: { msg: included }\n',
      'project/roles/r/tasks/main.yml': '- debug: { msg: in a role }\n',
      'inventory/group_vars/all.yml': 'g: of the group\n',
      'inventory/host_vars/h1.yml': 'h: of the host\n',
    });
    const plays = [
      {
        hosts: 'all',
        gather_facts: false,
        vars_files: ['vars/a.yml'],
        roles: ['r'],
        tasks: [{ include_tasks: 'more.yml' }, { debug: { msg: '{{ a }}, {{ g }}, {{ h }}' } }],
      },
    ];
    expect(await start({ playbook: plays })).toMatchObject({ status: 'successful' });
    expect(await said()).toEqual(['in a role', 'included', 'from vars, of the group, of the host']);
  });

  it('a playbook in the root of the private data dir runs there, with its ansible.cfg and a script as inventory', async () => {
    fixture = await Fixture.make({
      ...env,
      'one.yml': '- hosts: all\n  gather_facts: false\n  tasks: [{ debug: { msg: "{{ x }}" } }]\n',
      'ansible.cfg': '[defaults]\nforce_handlers = True\n',
      'project/other.yml': '',
      'inventory/script': `#!/bin/sh\necho '${JSON.stringify({ web: { hosts: ['h1'], vars: host }, _meta: { hostvars: { h1: { x: 'by script' } } } })}'\n`,
    });
    const result = await run({ privateDataDir: fixture.path, playbook: 'one.yml', ident: 'r' });
    expect(result).toMatchObject({ status: 'successful' });
    expect(await said()).toEqual(['by script']);
    expect(JSON.parse(await fixture.read('artifacts', 'r', 'command'))).toMatchObject({
      cwd: fixture.path,
    });
  });

  it('facts a run caches are in the result, by host', async () => {
    fixture = await Fixture.make(env);
    const tasks = [{ set_fact: { colour: 'red', cacheable: true } }];
    const result = await start({ playbook: { hosts: 'all', gather_facts: false, tasks } });
    expect(await result.factCache('h1')).toMatchObject({ colour: 'red' });
    const about: string[] = [];
    for await (const event of result.hostEvents('h1')) about.push(event.event);
    expect(about).toEqual(['runner_on_start', 'runner_on_ok']);
    expect(result.stats?.ok).toEqual({ h1: 1 });
  });
});
