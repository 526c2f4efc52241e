import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  awxProgram,
  COMMAND_MS,
  isMissing,
  startController,
  START_MS,
  type TestController,
} from './test-controller.js';

const isSkipped = isMissing(awxProgram);
const LINES = 100_000;
const ITEMS = 60;
/** One event with a hundred thousand lines, and more events than a page of the command line has. */
const longPlaybook = `- hosts: all
  gather_facts: false
  tasks:
    - name: Many lines
      ansible.builtin.debug:
        msg: "{{ range(1, ${LINES + 1}) | map('string') | map('regex_replace', '^', 'line-') | list }}"
    - name: Many events
      ansible.builtin.debug:
        msg: "item-{{ item }}"
      loop: "{{ range(1, ${ITEMS + 1}) | list }}"
`;

let controller: TestController;
beforeAll(async () => {
  if (!isSkipped) controller = await startController('control-1');
}, START_MS);
afterAll(async () => {
  if (!isSkipped) await controller.stop();
}, START_MS);

const answer = (...args: readonly string[]) => controller.answer(...args);
const awx = (...args: readonly string[]) => controller.awx(args);

/** Everything that is listed. */
const listed = [
  'organizations',
  'users',
  'tokens',
  'instances',
  'instance_groups',
  'projects',
  'project_updates',
  'inventory',
  'hosts',
  'groups',
  'inventory_sources',
  'inventory_updates',
  'credential_types',
  'credentials',
  'execution_environments',
  'job_templates',
  'jobs',
  'ad_hoc_commands',
  'unified_jobs',
  'activity_stream',
];

/** What can be made, changed and deleted: how one of each is made, and a change of it. What comes first is needed by what comes after. */
const made: readonly (readonly [
  resource: string,
  name: string,
  create: readonly string[],
  change: readonly [field: string, value: string],
])[] = [
  ['organizations', 'Trial', [], ['description', 'changed']],
  ['users', 'bob', ['--password', 'of-bob-alone'], ['first_name', 'Bob']],
  ['execution_environments', 'image', ['--image', 'example.org/ee:1'], ['pull', 'missing']],
  ['instance_groups', 'few', [], ['max_forks', '7']],
  [
    'credentials',
    'key',
    ['--organization', 'Trial', '--credential_type', 'Machine', '--inputs', '{"username": "u"}'],
    ['description', 'changed'],
  ],
  [
    'projects',
    'plays',
    ['--organization', 'Trial', '--local_path', '_demo_project'],
    ['description', 'changed'],
  ],
  [
    'inventory',
    'trial',
    ['--organization', 'Trial', '--variables', '{"a": 1}'],
    ['variables', '{"a": 2}'],
  ],
  ['hosts', 'box', ['--inventory', 'trial', '--enabled', 'true'], ['variables', '{"b": 1}']],
  ['groups', 'boxes', ['--inventory', 'trial'], ['description', 'changed']],
  [
    'inventory_sources',
    'file',
    ['--inventory', 'trial', '--source_project', 'plays', '--source', 'scm'],
    ['verbosity', '2'],
  ],
  [
    'job_templates',
    'trial run',
    ['--project', 'plays', '--inventory', 'trial', '--playbook', 'hello_world.yml'],
    ['verbosity', '1'],
  ],
];

const keyOf = (resource: string): string => (resource === 'users' ? 'username' : 'name');

describe.skipIf(isSkipped)(
  'the awx command line',
  () => {
    it('logs in, and works with the token it is given', () => {
      const { token } = answer('login');
      expect(token).toMatch(/^[\w-]{43}$/);
      const me = answer('--conf.token', String(token), 'me');
      expect(me).toMatchObject({ count: 1, results: [{ username: 'admin', is_superuser: true }] });
      expect(awx('--conf.token', 'wrong', 'me').code).toBe(1);
    });

    it.each(listed)('lists %s', (resource) => {
      expect(answer(resource, 'list', '--order_by=-id')).toHaveProperty('results');
    });

    it.each(made)(
      'makes one of %s, gets it by its name and changes it',
      (resource, name, create, change) => {
        const key = keyOf(resource);
        expect(answer(resource, 'create', `--${key}`, name, ...create)).toMatchObject({
          [key]: name,
        });
        expect(answer(resource, 'get', name)).toMatchObject({ [key]: name });
        const [field, value] = change;
        const changed = answer(resource, 'modify', name, `--${field}`, value);
        expect(String(changed[field])).toBe(value);
      },
    );

    it('says what is there already, and what is missing', () => {
      const again = awx('inventory', 'create', '--name', 'trial', '--organization', 'Trial');
      const said = expect.stringContaining('already exists') as string;
      expect(again).toMatchObject({ code: 1, output: said });
      expect(awx('hosts', 'get', 'nowhere').code).not.toBe(0);
      expect(awx('hosts', 'create', '--name', 'x').code).toBe(2);
    });

    it('attaches and detaches', () => {
      const credential = ['trial run', '--credential', 'key'];
      expect(answer('job_templates', 'associate', ...credential)).toMatchObject({ count: 1 });
      expect(answer('job_templates', 'disassociate', ...credential)).toMatchObject({ count: 0 });
    });

    it('answers what is asked of the controller itself', () => {
      expect(answer('ping')).toMatchObject({ active_node: 'control-1' });
      expect(answer('config')).toHaveProperty('base_url');
      expect(answer('metrics')).toHaveProperty('awx_system_info');
      expect(answer('mesh_visualizer')).toMatchObject({ nodes: [{ hostname: 'control-1' }] });
      expect(answer('instances', 'get', 'control-1')).toMatchObject({ node_state: 'ready' });
    });

    it.each([...made].reverse())('deletes one of %s', (resource, name) => {
      expect(awx(resource, 'delete', name)).toMatchObject({ code: 0 });
      expect(answer(resource, 'list', `--${keyOf(resource)}`, name)).toMatchObject({ count: 0 });
    });

    it('launches, shows the whole output while it comes, and again after', () => {
      const launched = awx('job_templates', 'launch', 'Demo Job Template', '--monitor');
      expect(launched.output).toContain('"msg": "Hello World!"');
      expect(launched.output).toContain('PLAY RECAP');
      expect(launched.output).toContain('"status": "successful"');
      expect(launched.code).toBe(0);
      const { results } = answer('jobs', 'list', '--order_by=-id') as {
        results: { id: number }[];
      };
      const id = String(results[0]?.id);
      const stdout = awx('jobs', 'stdout', id);
      expect(stdout.code).toBe(0);
      expect(stdout.output).toContain('TASK [Hello Message]');
      // it follows what runs alone
      expect(awx('jobs', 'monitor', id).output).toContain('Unable to monitor finished job');
      // its --monitor fails in the command line itself, whatever the server: it compares no interval with a number
      const module = ['--module_name', 'ping', '--credential', 'Demo Credential'];
      const command = answer(
        'ad_hoc_commands',
        'create',
        '--inventory',
        'Demo Inventory',
        ...module,
      );
      expect(command).toMatchObject({ type: 'ad_hoc_command', module_name: 'ping' });
    });

    it(`shows all of ${LINES} lines that come at once`, () => {
      const folder = join(controller.folder, 'projects', 'long');
      mkdirSync(folder);
      writeFileSync(join(folder, 'long.yml'), longPlaybook);
      answer(
        'projects',
        'create',
        '--name',
        'long',
        '--organization',
        'Default',
        '--local_path',
        'long',
      );
      const template = ['--name', 'long', '--project', 'long', '--inventory', 'Demo Inventory'];
      answer('job_templates', 'create', ...template, '--playbook', 'long.yml');
      const { code, output } = awx('job_templates', 'launch', 'long', '--monitor');
      expect(code).toBe(0);
      const count = (pattern: RegExp) => output.match(pattern)?.length ?? 0;
      expect(count(/"line-\d+"/g)).toBe(LINES);
      expect(count(/"msg": "item-\d+"/g)).toBe(ITEMS);
      expect(output).toContain('PLAY RECAP');
    });
  },
  COMMAND_MS * 2,
);
