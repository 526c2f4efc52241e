import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Which file was made of which source, as the bundler writes it. */
export const manifestName = 'manifest.json';

/** What is there when somebody who is logged in opens the first page. */
const roots = ['index.html', 'src/shell/shell.tsx', 'src/jobs/jobs-page.tsx'];
/** The face that these pages are written in; others are fetched where a page has them. */
const font = /RedHatTextVF-(?!Italic)[^/]*\.woff2$/;

/**
 * The files of the first load as they are sent to a browser that takes gzip.
 *
 * @param {string} dist folder of the built pages
 * @returns {{ bytes: number, files: [name: string, bytes: number][] }} the largest first
 */
export function firstLoad(dist) {
  /** @type {Record<string, { file: string, css?: string[], assets?: string[], imports?: string[] }>} */
  const manifest = JSON.parse(readFileSync(join(dist, manifestName), 'utf8'));
  const names = new Set(['index.html', 'icon.svg']);
  const add = (/** @type {string} */ key) => {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`the build has no ${key}`);
    if (names.has(chunk.file)) return;
    names.add(chunk.file);
    for (const name of chunk.css ?? []) names.add(name);
    for (const name of chunk.assets ?? []) if (font.test(name)) names.add(name);
    for (const next of chunk.imports ?? []) add(next);
  };
  for (const key of roots) add(key);
  const files = [...names].map(
    (name) => /** @type {[string, number]} */ ([name, sent(dist, name)]),
  );
  files.sort(([, one], [, other]) => other - one);
  return { bytes: files.reduce((sum, [, size]) => sum + size, 0), files };
}

function sent(/** @type {string} */ dist, /** @type {string} */ name) {
  const compressed = join(dist, `${name}.gz`);
  return statSync(existsSync(compressed) ? compressed : join(dist, name)).size;
}
