import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import {
  existingInventory,
  hostList,
  inventoryData,
  inventoryEnvironment,
  inventoryInList,
} from './inventory-data.js';
import type { RunInputs } from './private-data-dir.js';
import { privatePath, type PrivateFile, type Word } from '../artifacts/private-files.js';
import type { RunOptions } from './run-options.js';

/** What a run uses as inventory. */
export interface InventoryInput {
  /** Values of `-i`. */
  readonly words: readonly Word[];
  readonly files: readonly PrivateFile[];
  /** Variables the job gets unless its environment has them already. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Decides the inventories of a run: those of the option in any of its forms, else `inventory` of the private data dir.
 *
 * @throws {ConfigurationError} for a text or a mapping that is none of the forms.
 */
export async function inventoryInput(
  { inventory }: RunOptions,
  inputs: RunInputs,
): Promise<InventoryInput> {
  if (inventory === undefined || inventory === '')
    return inputs.inventory
      ? path(({ root }) => join(root, 'inventory'))
      : { words: [], files: [] };
  if (isList(inventory)) return listed(inventory, inputs);
  const place =
    typeof inventory === 'string' ? await existingInventory(inventory, inputs.root) : undefined;
  if (place !== undefined) return path(seen(place));
  const data = inventoryData(inventory, inputs.root);
  return 'hosts' in data ? path(hostList(data.hosts)) : inFiles([data], inputs.root);
}

function isList(inventory: NonNullable<RunOptions['inventory']>): inventory is readonly string[] {
  return Array.isArray(inventory);
}

function path(word: Word): InventoryInput {
  return { words: [word], files: [] };
}

/** What stands beside an inventory file and belongs to it. */
const BESIDE = ['group_vars', 'host_vars'];

/** A path is wherever the job sees it. */
function seen(place: string): Word {
  return ({ pathOf }) => {
    if (statSync(place).isFile())
      for (const name of BESIDE) {
        const beside = join(dirname(place), name);
        if (existsSync(beside)) pathOf(beside);
      }
    return pathOf(place);
  };
}

/** Several inventories: paths are Ansible's to look up, from the job's working folder, unless they are absolute. */
async function listed(
  inventories: readonly string[],
  { root, cwd }: RunInputs,
): Promise<InventoryInput> {
  const contents: { name: string; content: string }[] = [];
  const words = inventories.map((inventory): Word => {
    if (existsSync(resolve(cwd, inventory)))
      return isAbsolute(inventory) ? seen(inventory) : inventory;
    const data = inventoryInList(inventory, root);
    if (typeof data === 'string') return data;
    const name = contents.length === 0 ? data.name : `${data.name}-${contents.length + 1}`;
    contents.push({ name, content: data.content });
    return privatePath(join('inventory', name));
  });
  return contents.length === 0
    ? { words, files: [] }
    : { ...(await inFiles(contents, root)), words };
}

/** Variables of hosts and groups that lie in `inventory/` go with an inventory that is given as data. */
async function inFiles(
  contents: readonly { readonly name: string; readonly content: string }[],
  root: string,
): Promise<InventoryInput> {
  const beside = await readdir(join(root, 'inventory')).catch(() => []);
  const links = beside.filter((entry) => BESIDE.includes(entry));
  return {
    words: contents.map(({ name }) => privatePath(join('inventory', name))),
    env: inventoryEnvironment(contents.map(({ content }) => content)),
    files: [
      ...contents.map(({ name, content }) => ({ name: join('inventory', name), content })),
      ...links.map((entry) => ({
        name: join('inventory', entry),
        target: (seen: { root: string }) => join(seen.root, 'inventory', entry),
      })),
    ],
  };
}
