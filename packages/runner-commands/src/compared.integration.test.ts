import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from './answer.js';
import { getAnsibleConfig } from './ansible-config.js';
import { getInventory } from './inventory.js';
import { getPluginDocs } from './plugin-docs.js';
import { getPluginList } from './plugin-list.js';
import { getRoleArgspec, getRoleList } from './roles.js';
import { runCommand } from './run-command.js';
import { ansiblePath, original, originalMissing } from './test-ansible.js';

let root: string;
beforeAll(async () => {
  process.env.PATH = ansiblePath;
  root = await realpath(await mkdtemp(join(tmpdir(), 'runner-commands-')));
  const file = async (name: string, content: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  };
  await file('hosts', '[web]\nw1 port=80\nw2\n[all:vars]\nx=1\n');
  await file('ansible.cfg', '[defaults]\nforks = 7\n');
  await file(
    'roles/greeter/meta/argument_specs.yml',
    'argument_specs:\n  main:\n    short_description: Greets\n    options:\n      name: {type: str, required: true}\n',
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Checks that our answer is what the original's function returns: response and errors. */
async function compare<Response>(
  ours: Promise<Answer<Response>>,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<Answer<Response>> {
  const [answer, theirs] = await Promise.all([ours, original(name, args)]);
  const response = answer.status === 'successful' ? answer.response : answer.output;
  expect([response, answer.error]).toEqual(theirs);
  return answer;
}

describe.skipIf(originalMissing !== undefined)('gives what the original gives', () => {
  it('of plugin documentation', async () => {
    await compare(
      getPluginDocs({ pluginNames: ['ping', 'copy'], responseFormat: 'json' }),
      'get_plugin_docs',
      { plugin_names: ['ping', 'copy'], response_format: 'json' },
    );
    await compare(
      getPluginDocs({ pluginNames: ['ssh'], pluginType: 'connection' }),
      'get_plugin_docs',
      { plugin_names: ['ssh'], plugin_type: 'connection' },
    );
  });

  it('of the list of plugins', async () => {
    await compare(
      getPluginList({ pluginType: 'strategy', listFiles: true, responseFormat: 'json' }),
      'get_plugin_list',
      { plugin_type: 'strategy', list_files: true, response_format: 'json' },
    );
  });

  it('of an inventory', async () => {
    const inventories = [join(root, 'hosts')];
    await compare(
      getInventory({ action: 'host', inventories, host: 'w1', responseFormat: 'json' }),
      'get_inventory',
      { action: 'host', inventories, host: 'w1', response_format: 'json' },
    );
    await compare(
      getInventory({ action: 'list', inventories, responseFormat: 'yaml', export: true }),
      'get_inventory',
      { action: 'list', inventories, response_format: 'yaml', export: true },
    );
  });

  it('of the configuration', async () => {
    const configFile = join(root, 'ansible.cfg');
    await compare(getAnsibleConfig({ action: 'view', configFile }), 'get_ansible_config', {
      action: 'view',
      config_file: configFile,
    });
  });

  it('of roles', async () => {
    await compare(getRoleList({ playbookDir: root }), 'get_role_list', { playbook_dir: root });
    const answer = await compare(
      getRoleArgspec({ role: 'greeter', playbookDir: root }),
      'get_role_argspec',
      { role: 'greeter', playbook_dir: root },
    );
    expect(JSON.stringify(answer)).toContain('Greets');
  });

  it('of any command, on pipes and on a terminal', async () => {
    const cmdlineArgs = ['-c', 'echo out; echo err >&2; exit 3'];
    for (const runnerMode of ['subprocess', undefined] as const) {
      const [ours, theirs] = await Promise.all([
        runCommand({ executableCmd: 'sh', cmdlineArgs, ...(runnerMode && { runnerMode }) }),
        original('run_command', {
          executable_cmd: 'sh',
          cmdline_args: cmdlineArgs,
          runner_mode: runnerMode ?? null,
        }),
      ]);
      expect([ours.stdout, ours.stderr, ours.rc]).toEqual(theirs);
    }
  });
});
