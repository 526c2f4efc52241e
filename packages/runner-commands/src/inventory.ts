import { ConfigurationError } from '@receptorjs/runner-core';
import { readInventoryText } from '@receptorjs/runner-core/internal';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { anything, arrayOf, either, flag, optional, text } from '@receptorjs/validation';
import { ask, asText, oneOf, option, requireList, type Answer } from './answer.js';
import { validateCommandOptions, type CommonOptions } from './common-options.js';
import { readJsonObject } from './json-response.js';

/** What is asked of which inventories. */
export interface InventoryOptions extends CommonOptions {
  /** All of it, the variables of one host, or a drawing of the groups. */
  readonly action: 'graph' | 'host' | 'list';
  /** Files, folders or lists of hosts such as `a,b`. */
  readonly inventories: readonly string[];
  /** `yaml` and `toml` are given as text, and so is JSON when nothing is said here. A graph has no other form. */
  readonly responseFormat?: 'json' | 'yaml' | 'toml';
  /** The host whose variables are asked for. */
  readonly host?: string;
  /** Folder of a playbook, for variables that lie beside it. */
  readonly playbookDir?: string;
  /** Vault identities, `label@source` each. */
  readonly vaultIds?: string | readonly string[];
  readonly vaultPasswordFile?: string;
  /** File that gets the response instead. */
  readonly outputFile?: string;
  /** For another inventory plugin rather than for people: variables where they were defined. */
  readonly export?: boolean;
}

/** An inventory, or variables, as `ansible-inventory` has them. */
type InventoryData = Readonly<Record<string, unknown>>;

/**
 * Shows inventories: `ansible-inventory`. Runs as `subprocess` by default.
 *
 * @throws {ConfigurationError} when the options can't be used, or there is no `ansible-inventory`.
 * @throws {CommandError} when the response can't be read.
 */
export function getInventory(
  options: InventoryOptions & { readonly responseFormat: 'json'; readonly outputFile?: never },
): Promise<Answer<InventoryData>>;
export async function getInventory(
  options: InventoryOptions & { readonly responseFormat?: 'yaml' | 'toml' },
): Promise<Answer<string>>;
export async function getInventory(
  options: InventoryOptions,
): Promise<Answer<InventoryData | string>>;
export async function getInventory(
  options: InventoryOptions,
): Promise<Answer<InventoryData | string>> {
  validateCommandOptions<InventoryOptions>('getInventory', options, {
    action: text,
    inventories: anything,
    responseFormat: optional(text),
    host: optional(text),
    playbookDir: optional(text),
    vaultIds: optional(either(text, arrayOf(text))),
    vaultPasswordFile: optional(text),
    outputFile: optional(text),
    export: optional(flag),
  });
  const { action, inventories, responseFormat, host, playbookDir, ...rest } = options;
  const { vaultIds, vaultPasswordFile, outputFile, export: exported, ...others } = rest;
  oneOf('action', action, ['graph', 'host', 'list']);
  if (responseFormat !== undefined)
    oneOf('response_format', responseFormat, ['json', 'yaml', 'toml']);
  requireList('inventories', inventories);
  checkInventories(inventories, options.hostCwd ?? '.');
  if (action === 'host' && !host)
    throw new ConfigurationError("Value of host parameter is required when action in 'host'");
  if (action === 'graph' && responseFormat !== undefined)
    throw new ConfigurationError(
      `The graph of an inventory is a text and has no form in ${responseFormat}; leave out responseFormat, or ask for the action list.`,
    );
  const ids = typeof vaultIds === 'string' ? [vaultIds] : (vaultIds ?? []);
  const command = [
    'ansible-inventory',
    `--${action}`,
    ...(action === 'host' && host ? [host] : []),
    ...inventories.flatMap((inventory) => ['-i', inventory]),
    ...(responseFormat === 'yaml' || responseFormat === 'toml' ? [`--${responseFormat}`] : []),
    ...option('--playbook-dir', playbookDir),
    ...ids.flatMap((id) => option('--vault-id', id)),
    ...option('--vault-password-file', vaultPasswordFile),
    ...option('--output', outputFile),
    ...(exported === true ? ['--export'] : []),
  ];
  return responseFormat === 'json' && !outputFile
    ? ask(others, { command, read: readJsonObject })
    : ask(others, { command, read: asText });
}

/** Ansible takes whatever has a comma in it for hosts, the text of an inventory too. */
function checkInventories(inventories: readonly string[], cwd: string): void {
  for (const inventory of inventories)
    if (!existsSync(resolve(cwd, inventory)) && readInventoryText(inventory).form === 'content')
      throw new ConfigurationError(
        `inventories: ${JSON.stringify(inventory)} is neither a path nor a list of hosts such as "a,b"; write the text of an inventory to a file.`,
      );
}
