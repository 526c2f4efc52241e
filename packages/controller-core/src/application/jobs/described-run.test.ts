import { expect, it } from 'vitest';
import type { RunMaterials } from '../../ports/run-materials.js';
import type { UnifiedJob } from '../../ports/records/jobs.js';
import { describedRun } from './described-run.js';

const job = (more: Partial<UnifiedJob> = {}): UnifiedJob =>
  ({
    id: 7,
    type: 'job',
    launch_type: 'manual',
    job_type: 'run',
    playbook: 'site.yml',
    module_name: '',
    module_args: '',
    limit: '',
    forks: 0,
    verbosity: 0,
    job_tags: '',
    skip_tags: '',
    start_at_task: '',
    scm_revision: '',
    timeout: 0,
    become_enabled: false,
    diff_mode: false,
    force_handlers: false,
    job_slice_number: 0,
    job_slice_count: 1,
    execution_node: 'far',
    ...more,
  }) as UnifiedJob;

const materials: RunMaterials = {
  inventory: {
    id: 3,
    name: 'demo',
    variables: {},
    hosts: [{ id: 1, name: 'a', enabled: true, variables: {} }],
    groups: [],
  },
  projectFolder: '/projects/1',
  extraVars: { x: 1 },
  credentials: [],
  typed: {},
};

it('runs a playbook of its project, with variables that say which job it is', () => {
  const run = describedRun(job({ scm_revision: 'abc', limit: 'a' }), {
    ...materials,
    template: { id: 5, name: 'nightly' },
  });
  expect(run).toMatchObject({
    task: { kind: 'playbook', playbook: 'site.yml' },
    projectFolder: '/projects/1',
    limit: 'a',
    extraVars: {
      x: 1,
      awx_job_id: 7,
      tower_job_id: 7,
      awx_project_revision: 'abc',
      tower_job_template_name: 'nightly',
      awx_execution_node: 'far',
    },
    arguments: [],
    passwords: expect.not.objectContaining({ x: 1 }) as object,
  });
  expect(run.sshKey).toBeUndefined();
});

it('runs a module on the hosts of an ad hoc command', () => {
  const ping = job({ type: 'ad_hoc_command', module_name: 'ping', playbook: '' });
  expect(describedRun(ping, materials).task).toEqual({
    kind: 'module',
    module: 'ping',
    moduleArguments: '',
    hostPattern: 'all',
  });
});

it('secrets are answers to questions, and in no argument', () => {
  const run = describedRun(job({ become_enabled: true }), {
    ...materials,
    credentials: [
      {
        id: 1,
        kind: 'ssh',
        inputs: {
          username: 'deploy',
          password: 'secret-1',
          become_method: 'sudo',
          become_password: 'secret-2',
          ssh_key_data: 'KEY',
          ssh_key_unlock: 'secret-3',
        },
      },
      { id: 2, kind: 'vault', inputs: { vault_id: 'dev', vault_password: 'secret-4' } },
    ],
    typed: { ssh_password: 'typed' },
  });
  expect(run.arguments).toEqual([
    '-u',
    'deploy',
    '--become',
    '--become-method',
    'sudo',
    '--ask-pass',
    '--ask-become-pass',
    '--vault-id=dev@prompt',
  ]);
  expect(run.arguments?.join(' ')).not.toContain('secret');
  expect(run.sshKey).toBe('KEY');
  const answer = (question: string) =>
    Object.entries(run.passwords ?? {}).find(([pattern]) =>
      new RegExp(pattern).test(question),
    )?.[1];
  expect(answer('SSH password: ')).toBe('typed');
  expect(answer('BECOME password[defaults to SSH password]: ')).toBe('secret-2');
  expect(answer('Enter passphrase for /x/ssh_key: ')).toBe('secret-3');
  expect(answer('Vault password (dev): ')).toBe('secret-4');
});

it.each([
  [job({ playbook: '' }), /no playbook/],
  [job({ type: 'system_job' }), /system_job/],
])('says what a job lacks', (incomplete, why) => {
  expect(() => describedRun(incomplete, materials)).toThrow(why);
});
