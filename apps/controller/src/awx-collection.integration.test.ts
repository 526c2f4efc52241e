import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isMissing,
  root,
  startController,
  START_MS,
  venv,
  type TestController,
} from './test-controller.js';

const collections = join(root, '.tools', 'collections');
const isSkipped = isMissing(
  [join(collections, 'ansible_collections', 'awx', 'awx'), 'the collection awx.awx is not there'],
  [join(venv, 'bin', 'ansible-playbook'), 'Ansible is not installed'],
);
const PLAY_MS = 400_000;

const playbook = `- hosts: localhost
  gather_facts: false
  module_defaults:
    group/awx.awx.controller:
      controller_host: "{{ lookup('env', 'TRIAL_HOST') }}"
      controller_username: admin
      controller_password: "{{ lookup('env', 'TRIAL_PASSWORD') }}"
  tasks:
    - awx.awx.organization:
        name: Built
        description: by modules
    - awx.awx.project:
        name: Built plays
        organization: Built
        scm_type: manual
        local_path: _demo_project
    - awx.awx.inventory:
        name: Built hosts
        organization: Built
        variables: { colour: green }
    - awx.awx.host:
        name: here
        inventory: Built hosts
        variables:
          ansible_connection: local
          ansible_python_interpreter: "{% raw %}{{ ansible_playbook_python }}{% endraw %}"
    - awx.awx.group:
        name: everything
        inventory: Built hosts
        hosts: [here]
        variables: { size: 1 }
    - awx.awx.credential:
        name: Built key
        organization: Built
        credential_type: Machine
        inputs: { username: somebody }
    - awx.awx.job_template:
        name: Built run
        organization: Built
        project: Built plays
        inventory: Built hosts
        playbook: hello_world.yml
        credentials: [Built key]
        ask_limit_on_launch: true
        extra_vars: { greeting: hello }
    - awx.awx.job_launch:
        job_template: Built run
        limit: here
        wait: true
        timeout: 240
        interval: 0.5
      register: launched
    - ansible.builtin.debug:
        msg: "job {{ launched.id }} is {{ launched.status }}"
`;

let controller: TestController;
beforeAll(async () => {
  if (!isSkipped) controller = await startController('control-1');
}, START_MS);
afterAll(async () => {
  if (!isSkipped) await controller.stop();
}, START_MS);

/** Plays the playbook; what it says. */
function play(): string {
  const file = join(controller.folder, 'build.yml');
  writeFileSync(file, playbook);
  const python = join(venv, 'bin', 'python');
  const { status, stdout, stderr } = spawnSync(
    join(venv, 'bin', 'ansible-playbook'),
    ['-i', 'localhost,', '-c', 'local', '-e', `ansible_python_interpreter=${python}`, file],
    {
      encoding: 'utf8',
      timeout: PLAY_MS,
      env: {
        ...process.env,
        ANSIBLE_COLLECTIONS_PATH: collections,
        ANSIBLE_LOCALHOST_WARNING: 'False',
        ANSIBLE_NOCOLOR: '1',
        TRIAL_HOST: controller.url,
        TRIAL_PASSWORD: controller.password,
      },
    },
  );
  expect([status, stdout + stderr]).toEqual([0, stdout + stderr]);
  return stdout;
}

describe.skipIf(isSkipped)('the collection awx.awx', () => {
  it(
    'builds all that a job needs, launches it and waits; the second time nothing but the launch changes anything',
    () => {
      const first = play();
      expect(first).toMatch(/job \d+ is successful/);
      expect(first).toMatch(/localhost +: ok=9 +changed=8 /);
      const second = play();
      expect(second).toMatch(/job \d+ is successful/);
      expect(second).toMatch(/localhost +: ok=9 +changed=1 /);
    },
    PLAY_MS * 2,
  );
});
