import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/**
 * @typedef {object} Member a package of the workspace
 * @property {string} name its short name, without the scope
 * @property {string} folder its path from the root, with `/`
 * @property {'packages' | 'apps'} kind
 * @property {Record<string, any>} manifest its package.json
 */

/**
 * The members of the workspace: everything in `packages/` and `apps/`. All are published but those with `private: true`.
 *
 * @param {string} [from] the root to look in
 * @returns {Member[]}
 */
export function members(from = root) {
  return /** @type {const} */ (['packages', 'apps']).flatMap((kind) => {
    const base = join(from, kind);
    if (!existsSync(base)) return [];
    return readdirSync(base)
      .filter((name) => existsSync(join(base, name, 'package.json')))
      .sort()
      .map((name) => ({
        name,
        kind,
        folder: `${kind}/${name}`,
        manifest: JSON.parse(readFileSync(join(base, name, 'package.json'), 'utf8')),
      }));
  });
}

/**
 * All files below a folder whose name ends as given, as paths from the root.
 *
 * @param {string} folder
 * @param {RegExp} pattern tested against the file's name
 * @param {string} [from]
 * @returns {string[]}
 */
export function filesBelow(folder, pattern, from = root) {
  const base = join(from, folder);
  if (!existsSync(base)) return [];
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(from, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/') && !path.includes('/dist/'))
    .sort();
}
