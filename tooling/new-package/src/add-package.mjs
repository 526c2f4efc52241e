import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { layers } from '../../repo-rules/src/layers.mjs';
import { packageFiles } from './package-files.mjs';

const DESCRIPTION = 'Says in a phrase what it is for';

/**
 * Writes a new package and puts it into its layer, the two maps of docs/architecture.md and the table of README.md.
 * Everything is checked before anything is written.
 *
 * @param {string} root of the repository
 * @param {string} name such as `mesh-recorder`
 * @param {string} layer its number in docs/architecture.md
 * @returns {string[]} the files that were made or changed, relative to the root
 * @throws {Error} for a name that is taken or none, and for a layer that does not exist
 */
export function addPackage(root, name, layer) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(`a package's name is lower-case words joined by hyphens, not '${name}'`);
  if (layers.flat().includes(name) || existsSync(join(root, 'packages', name)))
    throw new Error(`there is a package '${name}'`);
  // the last layer is that of the apps, which are no packages
  const highest = layers.length - 2;
  const number = Number(layer);
  if (!/^\d+$/.test(layer) || number > highest)
    throw new Error(
      `the layer is a number of 0 to ${highest} (docs/architecture.md), not '${layer}'`,
    );

  const changes = [
    change('tooling/repo-rules/src/layers.mjs', (text) => inLayer(text, name, number)),
    change('docs/architecture.md', (text) => inArchitecture(text, name, number)),
    change('README.md', (text) => inTable(text, name)),
  ].map(({ path, edit }) => ({ path, text: edit(readFileSync(join(root, path), 'utf8')) }));
  const made = Object.entries(packageFiles(name, DESCRIPTION)).map(([file, text]) => ({
    path: `packages/${name}/${file}`,
    text,
  }));
  for (const { path, text } of [...made, ...changes]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  copyFileSync(join(root, 'LICENSE'), join(root, 'packages', name, 'LICENSE'));
  return [...made, ...changes].map(({ path }) => path);
}

/** @typedef {(text: string) => string} Edit */

function change(/** @type {string} */ path, /** @type {Edit} */ edit) {
  return { path, edit };
}

/** Adds the name to the layer of this number in the source of the layers; prettier sets it afterwards. */
function inLayer(
  /** @type {string} */ source,
  /** @type {string} */ name,
  /** @type {number} */ n,
) {
  const [before, list, after] = splitAt(source, 'export const layers = [', '\n];');
  const rows = [...list.matchAll(/\[[^\]]*\]/g)];
  const row = rows[n];
  if (row === undefined) throw new Error(`layers.mjs has no layer ${n}`);
  const end = row.index + row[0].length - 1;
  // a row of several lines ends with a comma
  const others = list.slice(0, end).trimEnd().replace(/,$/, '');
  return `${before}${others}, '${name}'${list.slice(end)}${after}`;
}

/** Adds the name to the map and, in the drawing of directions, to its layer's line. */
function inArchitecture(
  /** @type {string} */ text,
  /** @type {string} */ name,
  /** @type {number} */ n,
) {
  const [before, map, after] = splitAt(text, '## The map\n', '\n## ');
  const entry = `      ${name.padEnd(22)} ${DESCRIPTION.toLowerCase()}\n`;
  const at = map.indexOf('    apps/');
  if (at < 0) throw new Error("docs/architecture.md: 'The map' has no line that begins with apps/");
  const line = new RegExp(`^    ${n} .*$`, 'm');
  if (!line.test(after)) throw new Error(`docs/architecture.md: 'Direction' has no layer ${n}`);
  return `${before}${map.slice(0, at)}${entry}${map.slice(at)}${after.replace(line, (found) => `${found}   ${name}`)}`;
}

/** Adds a row to the end of the table of packages. */
function inTable(/** @type {string} */ text, /** @type {string} */ name) {
  const rows = [...text.matchAll(/^\| \[@receptorjs\/.*\n/gm)];
  const last = rows.at(-1);
  if (last === undefined) throw new Error('README.md has no table of packages');
  const end = last.index + last[0].length;
  return `${text.slice(0, end)}| [@receptorjs/${name}](packages/${name}) | ${DESCRIPTION.toLowerCase()} |\n${text.slice(end)}`;
}

/**
 * @param {string} text
 * @param {string} from
 * @param {string} to
 * @returns {[string, string, string]} up to and with `from`, what stands between, and from `to` on
 */
function splitAt(text, from, to) {
  const start = text.indexOf(from) + from.length;
  const end = text.indexOf(to, start);
  if (!text.includes(from) || end < 0) throw new Error(`'${from.trim()}' was not found`);
  return [text.slice(0, start), text.slice(start, end), text.slice(end)];
}
