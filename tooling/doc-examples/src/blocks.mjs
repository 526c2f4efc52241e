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

/**
 * A session at a terminal: lines with `$ ` are commands, others what they print. What `cat` prints is a file that is there.
 *
 * @param {string} text
 * @returns {{ files: Record<string, string>, commands: string[], output: string }} `output` is that of `commands`
 */
export function sessionIn(text) {
  const steps = text.split(/^\$ /m).slice(1);
  /** @type {Record<string, string>} */
  const files = {};
  const commands = [];
  let output = '';
  for (const step of steps) {
    const end = step.indexOf('\n');
    const command = step.slice(0, end);
    const printed = step.slice(end + 1);
    const [, file] = /^cat (\S+)$/.exec(command) ?? [];
    if (file !== undefined) files[file] = printed;
    else {
      commands.push(command);
      output += printed;
    }
  }
  return { files, commands, output };
}

/** Output without what differs from run to run: times, and round trips that were not measured yet. */
export function steady(/** @type {string} */ output) {
  return output
    .replaceAll(/\d[\d.]* ?(?:ns|µs|ms|s)\b/g, 'TIME')
    .replaceAll(/\(\w{8}, released\)/g, '(UNIT, released)')
    .replaceAll(/, RTT TIME/g, '')
    .replaceAll(/\b(?:ahead|behind)\b/g, 'OFF');
}
