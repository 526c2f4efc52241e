import { JsonLimitError, parseBoundedJson } from '@receptorjs/bounded-json';
import { isAbsolute, join } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { inventoryJson } from './inventory-mapping.js';
import { namesFile, readInventoryText } from './inventory-text.js';
import { jsonText } from '../events/json-text.js';
import { isKind } from './private-data-dir.js';

/** An inventory that is given as data and has to be in a file for Ansible. */
export interface InventoryFile {
  /** The file's usual name; Ansible goes by its ending. */
  readonly name: 'hosts' | 'hosts.json';
  readonly content: string;
}

/** An inventory that is given as data: hosts, or what is in a file. */
export type InventoryData = { readonly hosts: readonly string[] } | InventoryFile;

/** What an inventory may be that is no list of them. */
export type OneInventory = string | Readonly<Record<string, unknown>>;

/**
 * Reads an inventory that is a mapping, or a text that names nothing which exists: {@link existingInventory}. The one place that
 * knows the forms of an inventory, for runs here and elsewhere.
 *
 * @param root the private data dir, for errors
 * @throws {ConfigurationError} for what is no inventory, or none in which Ansible would find hosts.
 */
export function inventoryData(inventory: OneInventory, root: string): InventoryData {
  if (typeof inventory !== 'string')
    return { name: 'hosts.json', content: inventoryJson(jsonText(inventory, 'inventory')) };
  const text = readInventoryText(inventory);
  switch (text.form) {
    case 'hosts':
      return { hosts: text.hosts };
    case 'word':
      if (namesFile(text.word))
        throw new ConfigurationError(
          `The inventory ${JSON.stringify(inventory)} does not exist; it is looked for in ${join(root, 'inventory')} and ${root}.`,
        );
      return { name: 'hosts', content: `${text.word}\n` };
    case 'content':
      return { name: 'hosts', content: fileContent(text.content) };
  }
}

/**
 * As {@link inventoryData}, of one of several inventories: a word that names nothing is Ansible's to look up, as in its own
 * command line.
 *
 * @returns what follows `-i`, or what is in a file that follows it
 */
export function inventoryInList(inventory: string, root: string): string | InventoryFile {
  if (readInventoryText(inventory).form === 'word') return inventory;
  const data = inventoryData(inventory, root);
  return 'hosts' in data ? hostList(data.hosts) : data;
}

/** Hosts as Ansible takes them after `-i`, also when it is one. */
export function hostList(hosts: readonly string[]): string {
  return hosts.length === 1 ? `${hosts.join()},` : hosts.join(',');
}

/** Where an inventory is that is named by a path: absolute, or below `inventory/` or the private data dir itself. */
export async function existingInventory(
  inventory: string,
  root: string,
): Promise<string | undefined> {
  const places = isAbsolute(inventory)
    ? [inventory]
    : [join(root, 'inventory', inventory), join(root, inventory)];
  for (const place of places) if (await isKind(place, 'anything')) return place;
  return undefined;
}

/**
 * Variables for a job whose inventory is given as data: Ansible fails where it can read none of it, rather than succeed on no
 * hosts.
 */
export function inventoryEnvironment(
  contents: readonly string[],
): Readonly<Record<string, string>> {
  return contents.length > 0 ? { ANSIBLE_INVENTORY_UNPARSED_FAILED: 'True' } : {};
}

/** @throws {ConfigurationError} for what can't hold a host. */
function fileContent(content: string): string {
  const shown = content.trim().slice(0, 80);
  if (/^\[[^\n]*\]$/.test(content.trim()))
    throw new ConfigurationError(
      `The inventory ${shown} is a list, or a group without hosts; hosts alone are "a,b".`,
    );
  let value: unknown;
  try {
    value = parseBoundedJson(content);
  } catch (error) {
    if (error instanceof JsonLimitError)
      throw new ConfigurationError(`The inventory ${shown} can't be read: ${error.message}.`);
    // Most inventories are no JSON.
    return content;
  }
  if (typeof value !== 'object' || value === null)
    throw new ConfigurationError(
      `The inventory ${shown} is JSON, but no mapping of groups; hosts alone are "a,b".`,
    );
  return inventoryJson(content);
}
