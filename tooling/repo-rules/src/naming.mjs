import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesBelow, members, root } from './workspace.mjs';

const page = 'docs/naming.md';

/**
 * The words that docs/naming.md bans, each with the name to use in its place: those of the last column of its table.
 *
 * @param {string} text of the page
 * @returns {Map<string, string>}
 */
export function bannedWords(text) {
  const banned = new Map();
  for (const line of text.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells.length !== 6 || /^-+$/.test(cells[1] ?? '')) continue;
    const [, , name = '', , words = ''] = cells;
    for (const word of words.split(',').map((each) => each.trim()))
      if (/^[a-z]+$/.test(word)) banned.set(word, name);
  }
  return banned;
}

/** The words of a name in camel case, kebab case or capitals, in lower case. */
export function wordsOf(/** @type {string} */ name) {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase());
}

const exported =
  /^export (?:declare |abstract |async )*(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;

/**
 * Which of the names of a source file have a banned word: its own, and those of what it exports.
 *
 * @param {string} file its path
 * @param {string} source
 * @param {ReadonlyMap<string, string>} banned
 * @returns {string[]} a sentence each
 */
export function bannedNames(file, source, banned) {
  const names = [
    basename(file).replace(/\..*$/, ''),
    ...[...source.matchAll(exported)].map(([, name = '']) => name),
  ];
  return names.flatMap((name) =>
    wordsOf(name).flatMap((word) => {
      const better = banned.get(word);
      return better === undefined
        ? []
        : [`${file}: '${name}' has the word '${word}'; the field says ${better} (${page})`];
    }),
  );
}

/**
 * Every file and exported name of the workspace with a word that docs/naming.md bans.
 *
 * @param {string} [from]
 * @returns {string[]}
 */
export function checkNames(from = root) {
  const banned = bannedWords(readFileSync(join(from, page), 'utf8'));
  return members(from).flatMap((member) =>
    filesBelow(`${member.folder}/src`, /\.(ts|mts|tsx)$/, from).flatMap((file) =>
      bannedNames(file, readFileSync(join(from, file), 'utf8'), banned),
    ),
  );
}
