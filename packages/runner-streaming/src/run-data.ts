import { type InventoryFile, type OneInventory } from '@receptorjs/runner-core';
import {
  existingInventory,
  inventoryData,
  inventoryEnvironment,
  inventoryInList,
} from '@receptorjs/runner-core/internal';
import { randomUUID } from 'node:crypto';
import { lstat, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { PortableOptions } from './run-arguments.js';

/** A file that travels with a private data dir and does not exist in it. */
export interface AddedFile {
  /** Path in the private data dir at the far side. */
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Playbooks and inventories that were given as data, as files for the far side, where the original looks for them:
 * `project/main.json`, `inventory/hosts.json`, `inventory/hosts`. What stands there already is left in its place. Nothing is
 * written on this side.
 *
 * @returns the options with the files' names in place of the data, and the files
 * @throws {ConfigurationError} for an inventory that is none.
 */
export async function dataAsFiles(
  options: PortableOptions,
  privateDataDir: string,
): Promise<{ readonly options: PortableOptions; readonly files: readonly AddedFile[] }> {
  const files: AddedFile[] = [];
  const { playbook, inventory } = options;
  let named = options;
  if (typeof playbook === 'object') {
    const folder = (await isFolder(join(privateDataDir, 'project'))) ? 'project/' : '';
    const name = await freeName(privateDataDir, folder, 'main', '.json');
    const plays: unknown = Array.isArray(playbook) ? playbook : [playbook];
    files.push({ name: folder + name, bytes: Buffer.from(JSON.stringify(plays)) });
    named = { ...named, playbook: name };
  }
  if (inventory !== undefined) {
    const added = new AddedInventories(privateDataDir);
    named = {
      ...named,
      inventory: isList(inventory) ? await added.list(inventory) : await added.only(inventory),
    };
    for (const file of added.files) files.push(file);
    const env = inventoryEnvironment(added.files.map(({ bytes }) => String(bytes)));
    if (Object.keys(env).length > 0) named = { ...named, envvars: { ...env, ...named.envvars } };
  }
  return { options: named, files };
}

function isList(inventory: OneInventory | readonly string[]): inventory is readonly string[] {
  return Array.isArray(inventory);
}

/** Puts inventories that are given as data into files, and gives what names them. Owns the list of the files. */
class AddedInventories {
  readonly files: AddedFile[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** A list of hosts is a file too: the original would take it for what is in one. */
  async only(inventory: OneInventory): Promise<string> {
    if (typeof inventory === 'string' && (await this.#isNamed(inventory))) return inventory;
    const data = inventoryData(inventory, this.#root);
    return 'hosts' in data
      ? this.#add({ name: 'hosts', content: `${data.hosts.join('\n')}\n` })
      : this.#add(data);
  }

  /** Several, which the original hands to Ansible as they are, lists of hosts too. */
  async list(inventories: readonly string[]): Promise<readonly string[]> {
    const named: string[] = [];
    for (const inventory of inventories) {
      const data = (await this.#isNamed(inventory))
        ? inventory
        : inventoryInList(inventory, this.#root);
      named.push(typeof data === 'string' ? data : await this.#add(data));
    }
    return named;
  }

  async #isNamed(inventory: string): Promise<boolean> {
    return (
      inventory === '' ||
      isAbsolute(inventory) ||
      (await existingInventory(inventory, this.#root)) !== undefined
    );
  }

  async #add({ name: wanted, content }: InventoryFile): Promise<string> {
    const folder = (await isFile(join(this.#root, 'inventory'))) ? '' : 'inventory/';
    const [, stem = '', ending = ''] = /^(\w+)(.*)$/.exec(wanted) ?? [];
    const name = folder + (await freeName(this.#root, folder, stem, ending, this.files));
    this.files.push({ name, bytes: Buffer.from(content) });
    return name;
  }
}

async function freeName(
  root: string,
  folder: string,
  name: string,
  ending: string,
  added: readonly AddedFile[] = [],
): Promise<string> {
  const taken =
    added.some((file) => file.name === folder + name + ending) ||
    (await there(join(root, folder, name + ending)));
  return taken ? `${name}-${randomUUID()}${ending}` : name + ending;
}

const there = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

const isFolder = async (path: string) =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

const isFile = async (path: string) => (await stat(path).catch(() => undefined))?.isFile() === true;
