/**
 * Ansible's other commands as functions, as Ansible Runner has them: any command with its output, the documentation
 * of plugins, inventories, the configuration and roles. They run on this machine, in a container or in a sandbox.
 *
 * ```ts
 * import { getInventory, getPluginDocs, runCommand } from '@receptorjs/runner-commands';
 *
 * const { rc, stdout } = await runCommand({ executableCmd: 'ansible', cmdlineArgs: ['--version'] });
 *
 * const docs = await getPluginDocs({ pluginNames: ['ansible.builtin.copy'], responseFormat: 'json' });
 * if (docs.status === 'successful') console.log(docs.response['ansible.builtin.copy']?.doc);
 *
 * const hosts = await getInventory({ action: 'list', inventories: ['hosts'], responseFormat: 'json' });
 * console.log(rc, stdout, hosts.status === 'successful' ? hosts.response : hosts.error);
 * ```
 *
 * @packageDocumentation
 */
export {
  runCommand,
  runCommandAsync,
  type CommandOptions,
  type CommandResult,
} from './run-command.js';
export type { CommonOptions, RunnerMode } from './common-options.js';
export type { CommandHandle } from './command-handle.js';
export type { Answer } from './answer.js';
export {
  getPluginDocs,
  getPluginDocsAsync,
  type PluginDoc,
  type PluginDocs,
  type PluginDocsOptions,
} from './plugin-docs.js';
export { getPluginList, type PluginList, type PluginListOptions } from './plugin-list.js';
export { getInventory, type InventoryOptions } from './inventory.js';
export { getAnsibleConfig, type AnsibleConfigOptions } from './ansible-config.js';
export {
  getRoleArgspec,
  getRoleList,
  type RoleArgspecOptions,
  type RoleListOptions,
  type Roles,
} from './roles.js';
export { CommandError, type CommandErrorCode } from './errors.js';
