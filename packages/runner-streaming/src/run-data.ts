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
  const hosts = await inventoryContent(inventory, privateDataDir);
  if (hosts !== undefined) {
    const folder = (await isFile(join(privateDataDir, 'inventory'))) ? '' : 'inventory/';
    const ending = typeof inventory === 'object' ? '.json' : '';
    const name = folder + (await freeName(privateDataDir, folder, 'hosts', ending));
    files.push({ name, bytes: Buffer.from(hosts) });
    named = { ...named, inventory: name };
  }
  return { options: named, files };
}

/** What is in an inventory that is given as data; `undefined` when it is none, or names files. */
async function inventoryContent(
  inventory: PortableOptions['inventory'],
  root: string,
): Promise<string | undefined> {
  if (typeof inventory === 'object')
    return Array.isArray(inventory) ? undefined : JSON.stringify(inventory);
  if (inventory === undefined || isAbsolute(inventory)) return undefined;
  if (inventory.includes('\n')) return inventory;
  if (!inventory.includes(',')) return undefined;
  for (const folder of ['inventory', '.'])
    if (await there(join(root, folder, inventory))) return undefined;
  return `${inventory
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '')
    .join('\n')}\n`;
}

async function freeName(
  root: string,
  folder: string,
  name: string,
  ending: string,
): Promise<string> {
  const taken = await there(join(root, folder, name + ending));
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
