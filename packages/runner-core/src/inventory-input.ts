import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { ConfigurationError } from './errors.js';
import { jsonText } from './json-text.js';
import { isKind, type RunInputs } from './private-data-dir.js';
import { privatePath, type PrivateFile, type Word } from './private-files.js';
import type { RunOptions } from './run-options.js';

/** What a run uses as inventory. */
export interface InventoryInput {
  /** Values of `-i`. */
  readonly words: readonly Word[];
  readonly files: readonly PrivateFile[];
}

/**
 * Decides the inventories of a run: those of the option in any of its forms, else `inventory` of the private data dir.
 *
 * @throws ConfigurationError for a text that is none of the forms.
 */
export async function inventoryInput(
  { inventory }: RunOptions,
  inputs: RunInputs,
): Promise<InventoryInput> {
  if (inventory === undefined)
    return inputs.inventory
      ? path(({ root }) => join(root, 'inventory'))
      : { words: [], files: [] };
  if (isList(inventory)) return { words: inventory.map(verbatim), files: [] };
  if (typeof inventory !== 'string')
    return data('hosts.json', jsonText(inventory, 'inventory'), inputs.root);
  for (const place of places(inventory, inputs.root))
    if (await isKind(place, 'anything')) return path(seen(place));
  if (inventory.includes('\n')) return data('hosts', inventory, inputs.root);
  if (inventory.includes(',')) return path(inventory);
  throw new ConfigurationError(
    `The inventory ${JSON.stringify(inventory)} is no file in ${join(inputs.root, 'inventory')}, ` +
      'no list of hosts such as "a,b", and no inventory text of several lines.',
  );
}

function isList(inventory: NonNullable<RunOptions['inventory']>): inventory is readonly string[] {
  return Array.isArray(inventory);
}

function path(word: Word): InventoryInput {
  return { words: [word], files: [] };
}

function places(inventory: string, root: string): readonly string[] {
  if (isAbsolute(inventory)) return [inventory];
  return [join(root, 'inventory', inventory), join(root, inventory)];
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

/** An element of a list is passed as it is, unless it is a path the job may see elsewhere. */
function verbatim(inventory: string): Word {
  return isAbsolute(inventory) && existsSync(inventory) ? seen(inventory) : inventory;
}

/** Variables of hosts and groups that lie in `inventory/` go with an inventory that is given as data. */
async function data(name: string, content: string, root: string): Promise<InventoryInput> {
  const beside = await readdir(join(root, 'inventory')).catch(() => []);
  const links = beside.filter((entry) => BESIDE.includes(entry));
  return {
    words: [privatePath(join('inventory', name))],
    files: [
      { name: join('inventory', name), content },
      ...links.map((entry) => ({
        name: join('inventory', entry),
        target: (seen: { root: string }) => join(seen.root, 'inventory', entry),
      })),
    ],
  };
}
