import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { importsOf } from './layers.mjs';
import { filesBelow, members, root } from './workspace.mjs';

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
        .map((path) => (sources.has(path) ? path : path.replace(/\.ts$/, '.tsx')))
        .filter((path) => sources.has(path)),
    ]),
  );
}

/**
 * Loops of relative imports inside of a package, an app, a tool or the end-to-end tests.
 *
 * @param {string} [from]
 * @returns {string[]}
 */
export function checkCycles(from = root) {
  const tools = existsSync(join(from, 'tooling')) ? readdirSync(join(from, 'tooling')) : [];
  const folders = [
    ...members(from).map(({ folder }) => folder),
    ...tools.map((name) => `tooling/${name}`),
    'test-e2e',
  ];
  return folders.flatMap((folder) => {
    const files = filesBelow(folder, /\.(ts|tsx|mjs)$/, from);
    const sources = files.map(
      (file) => /** @type {const} */ ([file, readFileSync(join(from, file), 'utf8')]),
    );
    return cyclesAmong(relativeImports(new Map(sources))).map(
      (loop) => `files import each other: ${loop}; put what both need into a file of its own`,
    );
  });
}
