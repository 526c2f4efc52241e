import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layers } from './layers.mjs';
import { members, root } from './workspace.mjs';

/**
 * What of the packages the maps do not show: the layers, the map and the drawing of directions in docs/architecture.md, and,
 * of published ones, the table in README.md.
 *
 * @param {Pick<import('./workspace.mjs').Member, 'name' | 'kind' | 'manifest'>[]} all
 * @param {{ architecture: string, readme: string, inLayers: readonly string[] }} maps
 * @returns {string[]}
 */
export function missingFromMaps(all, { architecture, readme, inLayers }) {
  const [, mapText = ''] = /## The map\n([\s\S]*?)\n## /.exec(architecture) ?? [];
  const [, directions = ''] = /## Direction\n([\s\S]*?)(?:\n## |$)/.exec(architecture) ?? [];
  return all.flatMap(({ name, kind, manifest }) => {
    const missing = [];
    if (!inLayers.includes(name))
      missing.push(`'${name}' stands in no layer; add it in tooling/repo-rules/src/layers.mjs`);
    if (!named(mapText, name))
      missing.push(`docs/architecture.md: '${name}' is missing from 'The map'`);
    if (!named(directions, name))
      missing.push(`docs/architecture.md: '${name}' is missing from the layers of 'Direction'`);
    if (kind === 'packages' && !manifest.private && !readme.includes(`(packages/${name})`))
      missing.push(`README.md: '${name}' is missing from the table of packages`);
    return missing;
  });
}

/** Whether a text has the name as a word of its own, or a family with its end: `runner-events-*`, or `runner-events-http  -zmq`. */
function named(/** @type {string} */ text, /** @type {string} */ name) {
  const words = text.split(/[\s`,()]+/);
  if (words.includes(name)) return true;
  const family = name.slice(0, name.lastIndexOf('-'));
  if (family === '') return false;
  const last = name.slice(family.length);
  return (
    words.includes(`${family}-*`) ||
    (words.includes(last) && words.some((word) => word.startsWith(`${family}-`)))
  );
}

/**
 * @param {string} [from]
 * @returns {string[]}
 */
export function checkMaps(from = root) {
  return missingFromMaps(members(from), {
    architecture: readFileSync(join(from, 'docs/architecture.md'), 'utf8'),
    readme: readFileSync(join(from, 'README.md'), 'utf8'),
    inLayers: layers.flat(),
  });
}
