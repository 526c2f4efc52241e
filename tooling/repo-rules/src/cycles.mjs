import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { importsOf } from './layers.mjs';
import { filesBelow, members, root } from './workspace.mjs';

/**
 * Loops that are known and wait to be untied. One that is gone must be taken off the list; none may be added.
 *
 * @type {readonly string[]}
 */
export const knownCycles = [];

/**
 * The loops among files: sets of files each of which leads to every other one by imports.
 *
 * @param {ReadonlyMap<string, readonly string[]>} imports the files that each file imports
 * @returns {string[]} the files of each loop in order, joined by ` <-> `
 */
export function cyclesAmong(imports) {
  /** @type {Map<string, { index: number, low: number, open: boolean }>} */
  const marks = new Map();
  /** @type {string[]} */
  const path = [];
  /** @type {string[]} */
  const found = [];
  /** @param {string} file */
  const visit = (file) => {
    const mark = { index: marks.size, low: marks.size, open: true };
    marks.set(file, mark);
    path.push(file);
    for (const next of imports.get(file) ?? []) {
      const known = marks.get(next);
      if (known === undefined) mark.low = Math.min(mark.low, visit(next).low);
      else if (known.open) mark.low = Math.min(mark.low, known.index);
    }
    if (mark.low === mark.index) {
      const loop = path.splice(path.indexOf(file));
      for (const one of loop) Object.assign(marks.get(one) ?? {}, { open: false });
      if (loop.length > 1 || imports.get(file)?.includes(file))
        found.push(loop.sort().join(' <-> '));
    }
    return mark;
  };
  for (const file of imports.keys()) if (!marks.has(file)) visit(file);
  return found.sort();
}

/**
 * The files that each file of a package imports by a relative path, types included.
 *
 * @param {ReadonlyMap<string, string>} sources text of each file, by its path
 * @returns {Map<string, string[]>}
 */
export function relativeImports(sources) {
  return new Map(
    [...sources].map(([file, source]) => [
      file,
      importsOf(source)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts'))
        .filter((path) => sources.has(path)),
    ]),
  );
}

/**
 * Loops of relative imports inside of packages that are not known, and known ones that are gone.
 *
 * @param {string} [from]
 * @param {readonly string[]} [known]
 * @returns {string[]}
 */
export function checkCycles(from = root, known = knownCycles) {
  const found = members(from).flatMap(({ folder }) => {
    const files = filesBelow(`${folder}/src`, /\.ts$/, from);
    return cyclesAmong(
      relativeImports(new Map(files.map((file) => [file, readFileSync(join(from, file), 'utf8')]))),
    );
  });
  return [
    ...found
      .filter((loop) => !known.includes(loop))
      .map((loop) => `files import each other: ${loop}; put what both need into a file of its own`),
    ...known
      .filter((loop) => !found.includes(loop))
      .map(
        (loop) => `knownCycles in tooling/repo-rules/src/cycles.mjs: gone, take it off: ${loop}`,
      ),
  ];
}
