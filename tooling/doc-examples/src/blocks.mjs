import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { members, root } from '../../repo-rules/src/workspace.mjs';

/**
 * @typedef {object} Block an example in a page
 * @property {string} page its path from the root
 * @property {number} line where its text begins
 * @property {string} language as the page names it, or ''
 * @property {string} text
 */

/** All pages that people read, as paths from the root. */
export function pages(from = root) {
  const docs = readdirSync(join(from, 'docs')).filter((name) => name.endsWith('.md'));
  return [
    'README.md',
    'CONTRIBUTING.md',
    ...docs.sort().map((name) => `docs/${name}`),
    ...members(from).map(({ folder }) => `${folder}/README.md`),
  ];
}

/**
 * The fenced blocks of a page.
 *
 * @param {string} page
 * @param {string} text
 * @returns {Block[]}
 */
export function blocksIn(page, text) {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length + 1,
    language: match[1] ?? '',
    text: match[2] ?? '',
  }));
}

/** The fenced blocks of all pages. */
export function allBlocks(from = root) {
  return pages(from).flatMap((page) => blocksIn(page, readFileSync(join(from, page), 'utf8')));
}
