import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBelow, root } from './workspace.mjs';

const PAGE = 'docs/upstream-defects.md';
const WRITE = "run 'node tooling/repo-rules/src/defects.mjs --write'";

/**
 * The numbers of defects of the originals that a test names: `D4`, `runner 8, 16`.
 *
 * @param {string} source
 * @returns {string[]} each once, as the page writes it
 */
export function numbersIn(source) {
  const found = new Set([...source.matchAll(/\bD[1-9]\d?\b/g)].map(([number]) => number));
  for (const [, numbers = ''] of source.matchAll(
    /(?<![-\w])runner ([1-9]\d?(?:, [1-9]\d?)*)(?=:|\)|,)/g,
  ))
    for (const number of numbers.split(', ')) found.add(`runner ${number}`);
  return [...found];
}

/**
 * The page with the tests of each number, and what is wrong with its numbers.
 *
 * @param {string} page
 * @param {ReadonlyMap<string, readonly string[]>} tests number to the names of the files that name it
 * @returns {{ text: string, problems: string[] }}
 */
export function withTests(page, tests) {
  /** @type {Set<string>} */
  const onPage = new Set();
  /** @type {string[]} */
  const problems = [];
  const text = page
    .split('\n')
    .map((line) => {
      const [, rest = '', number = ''] =
        /^(\| (D\d+|runner \d+) \|[^|]*\|[^|]*\|)[^|]*\|$/.exec(line) ?? [];
      if (number === '') return line;
      if (onPage.has(number)) problems.push(`${PAGE}: '${number}' stands there twice`);
      onPage.add(number);
      const files = tests.get(number) ?? [];
      return `${rest} ${files.map((file) => `\`${file}\``).join(', ') || 'none'} |`;
    })
    .join('\n');
  for (const [number, files] of tests) {
    if (!onPage.has(number))
      problems.push(`${PAGE}: '${number}' is missing, which ${files.join(', ')} names`);
  }
  return { text, problems };
}

/**
 * @param {string} from
 * @returns {Map<string, string[]>} number to the names of the files that name it, with their package
 */
function testsOf(from) {
  /** @type {Map<string, string[]>} */
  const tests = new Map();
  const files = ['packages', 'apps', 'test-e2e'].flatMap((folder) =>
    filesBelow(folder, /\.test\.ts$|^conformance.*\.ts$|-cases\.ts$/, from),
  );
  for (const file of files) {
    const [top = '', member = ''] = file.split('/');
    const name = `${top === 'test-e2e' ? top : member}/${file.slice(file.lastIndexOf('/') + 1)}`;
    for (const number of numbersIn(readFileSync(join(from, file), 'utf8')))
      tests.set(number, [...(tests.get(number) ?? []), name]);
  }
  return tests;
}

/**
 * What is wrong with the page that says what the numbers in tests stand for.
 *
 * @param {{ write?: boolean, from?: string }} [options] `write`: put its lists of tests right instead
 * @returns {string[]}
 */
export function checkDefects({ write = false, from = root } = {}) {
  const path = join(from, PAGE);
  const page = readFileSync(path, 'utf8');
  const { text, problems } = withTests(page, testsOf(from));
  if (text === page) return problems;
  if (!write) return [...problems, `${PAGE}: its lists of tests are not right; ${WRITE}`];
  writeFileSync(path, text);
  return problems;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const problems = checkDefects({ write: process.argv.includes('--write') });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length ? 1 : 0;
}
