import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesBelow, members, root } from './workspace.mjs';

/**
 * The anchors of a page's headings, as GitHub makes them.
 *
 * @param {string} page
 * @returns {string[]}
 */
export function anchorsOf(page) {
  return [...page.replace(/^(```+)[^\n]*\n[\s\S]*?^\1$/gm, '').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
        .replaceAll(' ', '-'),
  );
}

/**
 * Links of a page that lead to a file or to a heading that is not there. Those to the web are not looked at.
 *
 * @param {string} path from the root
 * @param {(path: string) => string | undefined} read the text of a page, '' of anything else that is there
 * @returns {string[]}
 */
export function brokenLinks(path, read) {
  const page = read(path) ?? '';
  const text = page.replace(/^(```+)[^\n]*\n[\s\S]*?^\1$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    const there = read(target);
    if (there === undefined) return [`${path}: leads to '${link}', which is not there`];
    if (anchor && !anchorsOf(there).includes(anchor))
      return [`${path}: leads to '${link}', which has no such heading`];
    return [];
  });
}

/**
 * Pages of a folder that its index does not lead to.
 *
 * @param {readonly string[]} names of the files beside the index
 * @param {string} index
 * @returns {string[]}
 */
export function missingFromIndex(names, index) {
  return names
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .filter((name) => !new RegExp(`\\]\\(${name.replaceAll('.', '\\.')}[#)]`).test(index))
    .map((name) => `docs/README.md: does not lead to '${name}'`);
}

/**
 * Pages that comments of a source name and that are not there, as in `See docs/decisions/0001-esm-only.md`.
 *
 * @param {string} path from the root
 * @param {string} source
 * @param {(path: string) => boolean} exists
 * @returns {string[]}
 */
export function missingPages(path, source, exists) {
  return [...source.matchAll(/(?<![\w./-])docs\/[\w/-]+\.md/g)]
    .filter(([page]) => !exists(page))
    .map(([page]) => `${path}: names ${page}, which is not there`);
}

/**
 * Links of all pages, those of docs/, of the root and of the packages, pages that sources name, and pages of docs/ without a link
 * in its index.
 *
 * @param {string} [from]
 * @returns {string[]}
 */
export function checkLinks(from = root) {
  const read = (/** @type {string} */ path) => {
    if (!existsSync(join(from, path))) return undefined;
    return path.endsWith('.md') ? readFileSync(join(from, path), 'utf8') : '';
  };
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...filesBelow('docs', /\.md$/, from),
    ...members(from).map(({ folder }) => `${folder}/README.md`),
  ];
  return [
    ...pages.flatMap((path) => brokenLinks(path, read)),
    ...['packages', 'apps'].flatMap((folder) =>
      filesBelow(folder, /(?<!\.test)\.ts$/, from).flatMap((path) =>
        missingPages(path, readFileSync(join(from, path), 'utf8'), (page) =>
          existsSync(join(from, page)),
        ),
      ),
    ),
    ...missingFromIndex(readdirSync(join(from, 'docs')), read('docs/README.md') ?? ''),
  ];
}
