import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './workspace.mjs';

const FOLDER = 'docs/decisions';
const INDEX = `${FOLDER}/README.md`;
const WRITE = "run 'node tooling/repo-rules/src/decisions.mjs --write'";

/** What a status may say of other decisions, and what those have to say in turn. */
const INVERSE = /** @type {const} */ ({
  'superseded by': 'supersedes',
  supersedes: 'superseded by',
  'amended by': 'amends',
  amends: 'amended by',
});

/** @typedef {keyof typeof INVERSE} Relation */

/**
 * @typedef {object} Decision
 * @property {string} file its name
 * @property {number} number
 * @property {string} title
 * @property {string} status as it stands in the file, without 'Status: '
 * @property {{ relation: Relation, number: number, file: string }[]} relations
 */

/**
 * Reads one decision. What can't be read is a problem, and the rest is taken all the same.
 *
 * @param {string} file
 * @param {string} text
 * @returns {{ decision: Decision, problems: string[] }}
 */
export function readDecision(file, text) {
  const [heading = '', , line = ''] = text.split('\n');
  const [, number = '', title = ''] = /^# (\d+)\. (\S.*)$/.exec(heading) ?? [];
  const status = line.startsWith('Status: ') ? line.slice('Status: '.length) : '';
  const problems = [];
  if (Number(number) !== Number(file.slice(0, 4)) || !/^\d{4}-/.test(file))
    problems.push(
      `${FOLDER}/${file}: its name and its title '# N. Title' must have the same number`,
    );
  const parts = status.split('; ');
  const [first = ''] = parts;
  if (first !== 'accepted' && !first.startsWith('superseded by '))
    problems.push(
      `${FOLDER}/${file}: the third line must be 'Status: accepted' or 'Status: superseded by [N](file)'`,
    );
  /** @type {Decision['relations']} */
  const relations = [];
  for (const part of parts.filter((each) => each !== '' && each !== 'accepted')) {
    const [, relation = '', links = ''] =
      /^(superseded by|supersedes|amended by|amends) (.+)$/.exec(part) ?? [];
    const targets = links.split(', ').map((link) => /^\[(\d+)\]\(([^)]+)\)$/.exec(link));
    if (relation === '' || targets.includes(null)) {
      problems.push(`${FOLDER}/${file}: its status does not know '${part}'`);
      continue;
    }
    for (const target of targets)
      relations.push({
        relation: /** @type {Relation} */ (relation),
        number: Number(target?.[1]),
        file: target?.[2] ?? '',
      });
  }
  return { decision: { file, number: Number(number), title, status, relations }, problems };
}

/**
 * What is wrong with decisions taken together: numbers used twice, a status that names what is not there or is not named in turn.
 *
 * @param {readonly Decision[]} decisions
 * @returns {string[]}
 */
export function crossCheck(decisions) {
  const byFile = new Map(decisions.map((each) => [each.file, each]));
  const problems = [];
  /** @type {Map<number, string>} */
  const numbers = new Map();
  for (const { file, number, relations } of decisions) {
    const other = numbers.get(number);
    if (other) problems.push(`${FOLDER}/${file}: has the number of ${other}`);
    numbers.set(number, file);
    for (const { relation, ...target } of relations) {
      const named = byFile.get(target.file);
      if (named?.number !== target.number)
        problems.push(
          `${FOLDER}/${file}: its status names ${target.number} (${target.file}), which is not there`,
        );
      else if (
        !named.relations.some((each) => each.relation === INVERSE[relation] && each.file === file)
      )
        problems.push(
          `${FOLDER}/${named.file}: its status must say '${INVERSE[relation]} [${number}](${file})'`,
        );
    }
  }
  return problems;
}

/**
 * The index with each row's title and status, and what is wrong with its rows.
 *
 * @param {string} index
 * @param {readonly Decision[]} decisions
 * @returns {{ text: string, problems: string[] }}
 */
export function withRows(index, decisions) {
  const byFile = new Map(decisions.map((each) => [each.file, each]));
  /** @type {Set<string>} */
  const rows = new Set();
  /** @type {string[]} */
  const problems = [];
  const text = index
    .split('\n')
    .map((line) => {
      const [, file] = /^\| \[\d+\]\(([^)]+)\) \|/.exec(line) ?? [];
      if (file === undefined) return line;
      if (rows.has(file)) problems.push(`${INDEX}: '${file}' has two rows`);
      rows.add(file);
      const decision = byFile.get(file);
      if (decision)
        return `| [${decision.number}](${file}) | ${decision.title} | ${decision.status} |`;
      problems.push(`${INDEX}: '${file}' is not there`);
      return line;
    })
    .join('\n');
  for (const { file } of decisions)
    if (!rows.has(file))
      problems.push(`${INDEX}: '${file}' has no row; add it to the table of its topic`);
  return { text, problems };
}

/**
 * What is wrong with the decisions and their index.
 *
 * @param {{ write?: boolean, from?: string }} [options] `write`: put titles and statuses of the index right instead
 * @returns {string[]}
 */
export function checkDecisions({ write = false, from = root } = {}) {
  const folder = join(from, FOLDER);
  const read = readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map((file) => readDecision(file, readFileSync(join(folder, file), 'utf8')));
  const decisions = read.map(({ decision }) => decision);
  const path = join(from, INDEX);
  const index = readFileSync(path, 'utf8');
  const { text, problems } = withRows(index, decisions);
  const found = [...read.flatMap((each) => each.problems), ...crossCheck(decisions), ...problems];
  if (text === index) return found;
  if (!write)
    return [...found, `${INDEX}: titles or statuses are not those of the files; ${WRITE}`];
  writeFileSync(path, text);
  return found;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const problems = checkDecisions({ write: process.argv.includes('--write') });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length ? 1 : 0;
}
