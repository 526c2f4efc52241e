import type { ProjectFiles } from '@receptorjs/controller-core';
import { constants } from 'node:fs';
import { access, open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** Files that are looked at, and those that are told. */
const MAX_LOOKED_AT = 50_000;
const MAX_TOLD = 10_000;
/** Bytes of a file that are read to see what it is. */
const MAX_READ = 65_536;

/** Folders with parts of playbooks, and of inventories. */
const notPlaybooks = new Set([
  'roles',
  'tasks',
  'group_vars',
  'host_vars',
  'handlers',
  'collections',
]);

/** A play has hosts, or it is another playbook. */
const playPattern = /^\s*-?\s*["']?(?:hosts|(?:ansible\.builtin\.)?import_playbook)["']?\s*:/m;
const vaultPattern = /^\$ANSIBLE_VAULT;/;
const listPattern = /^\s*-(?:\s|$)/m;
const inventoryEndings = ['', '.ini', '.yml', '.yaml', '.json', '.py', '.sh'];
const iniPattern = /^\s*\[[\w .:@-]+\]\s*(?:#.*)?$/m;
const yamlInventoryPattern =
  /^(?:all|ungrouped|plugin)\s*:|^\w[\w-]*:\s*\n\s+(?:hosts|children|vars)\s*:/m;

/** Playbooks and inventories of a folder, found by what is in the files: paths in it, in order. What is hidden is not looked at, and no link out of the folder is followed. */
export async function projectFiles(folder: string): Promise<ProjectFiles> {
  const playbooks: string[] = [];
  const inventories: string[] = [];
  const root = await realpath(folder);
  let looked = 0;
  const waiting = [''];
  while (waiting.length > 0) {
    const below = waiting.shift() ?? '';
    const entries = await readdir(join(root, below), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        waiting.push(path);
        continue;
      }
      looked += 1;
      if (looked > MAX_LOOKED_AT) return { playbooks, inventories };
      if (!entry.isFile() && !entry.isSymbolicLink()) continue;
      const kind = await kindOf(root, path);
      if (kind === 'playbook' && playbooks.length < MAX_TOLD) playbooks.push(path);
      if (kind === 'inventory' && inventories.length < MAX_TOLD) inventories.push(path);
    }
  }
  return { playbooks: playbooks.sort(), inventories: inventories.sort() };
}

async function kindOf(root: string, path: string): Promise<'playbook' | 'inventory' | undefined> {
  const [, ending = ''] = /(\.[^./]+)$/.exec(path) ?? [];
  const folders = path.split('/').slice(0, -1);
  const isYaml = ending === '.yml' || ending === '.yaml';
  const isPart = folders.some((name) => notPlaybooks.has(name));
  if (isPart || !inventoryEndings.includes(ending)) return undefined;
  const text = await beginning(root, path);
  if (text === undefined) return undefined;
  const isPlaybook = vaultPattern.test(text) || (listPattern.test(text) && playPattern.test(text));
  if (isYaml && isPlaybook) return 'playbook';
  if (text.startsWith('#!')) {
    const isExecutable = await access(join(root, path), constants.X_OK).then(
      () => true,
      () => false,
    );
    return isExecutable ? 'inventory' : undefined;
  }
  if (isYaml) return yamlInventoryPattern.test(text) ? 'inventory' : undefined;
  if (ending === '.json')
    return /^\s*\{[\s\S]*"(?:_meta|all)"/.test(text) ? 'inventory' : undefined;
  const isNamedSo = /^(?:hosts|inventory)(?:\.ini)?$/.test(path.split('/').at(-1) ?? '');
  return (ending === '' || ending === '.ini') && (isNamedSo || iniPattern.test(text))
    ? 'inventory'
    : undefined;
}

/** The beginning of a file in the folder; nothing for one that leads out of it, or is no text. */
async function beginning(root: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(join(root, path));
    if (!real.startsWith(root + sep)) return undefined;
    const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return undefined;
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_READ) });
      const text = buffer.subarray(0, bytesRead);
      return text.includes(0) ? undefined : text.toString('utf8');
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
