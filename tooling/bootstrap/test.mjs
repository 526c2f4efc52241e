// `npm test`: set-up, then every check and every test, and one closing line.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root, setUp, toolEnv, venv } from './setup.mjs';
import { program, run, seconds } from './steps.mjs';

/** How much of a failure is printed again at the end. */
const FAILURE_LINES = 8;
const FAILURE_COLUMNS = 300;

/**
 * @typedef {object} Report what vitest writes, as far as it is read here
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ name: string, message: string, assertionResults: Outcome[] }[]} testResults
 *
 * @typedef {object} Outcome
 * @property {string} status
 * @property {string} fullName
 * @property {string[]} failureMessages
 */

const reports = mkdtempSync(join(tmpdir(), 'receptorjs-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed, printed once more at the end: the place where it happened is far above by then. */
const failures = /** @type {string[]} */ ([]);
const env = { ...toolEnv(), RECEPTORJS_VENV: process.env.RECEPTORJS_VENV ?? venv };

/** A check counts as one test; one that can't be done here says so in a line that begins with `skipped: `. */
async function check(
  /** @type {string} */ title,
  /** @type {string} */ command,
  /** @type {string[]} */ args,
) {
  const started = performance.now();
  const { code, output } = await run(command, args, { cwd: root, env });
  const skipped = /^skipped: .*$/m.exec(output)?.[0];
  const result = code !== 0 ? 'failed' : skipped === undefined ? 'passed' : 'skipped';
  total[result] += 1;
  const mark = { failed: 'FAIL', passed: 'ok  ', skipped: 'skip' }[result];
  console.log(`${mark} ${title.padEnd(24)} ${seconds(performance.now() - started)}`);
  if (result === 'skipped') console.log(`     ${skipped}`);
  if (result !== 'failed') return;
  failures.push(`${title}: see above`);
  console.log(output.trim());
}

/**
 * What vitest counted; undefined when it ended before it could say.
 *
 * @returns {Report | undefined}
 */
function readReport(/** @type {string} */ path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A few lines for each test that failed, and for each file that could not be run. */
function failuresIn(/** @type {Report} */ { testResults }) {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    const tests = failed.map(({ fullName, failureMessages }) =>
      [`${file}: ${fullName}`, ...failureMessages.map(beginning)].join('\n'),
    );
    return message === '' ? tests : [`${file}\n${beginning(message)}`, ...tests];
  });
}

/** The first lines of a failure, indented. */
function beginning(/** @type {string} */ message) {
  // vitest's report holds no text for a test that took too long, only where it was declared
  const lines = message
    .replace('Error: STACK_TRACE_ERROR', 'Error: the time limit was reached')
    .trim()
    .split('\n')
    .slice(0, FAILURE_LINES);
  return lines.map((line) => `    ${line.slice(0, FAILURE_COLUMNS)}`).join('\n');
}

/** The tests of one vitest project. */
async function tests(/** @type {string} */ project) {
  console.log(`\n${project} tests`);
  const report = join(reports, `${project}.json`);
  const { code } = await run(
    'vitest',
    [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { cwd: root, env, show: true },
  );
  const result = readReport(report);
  if (result === undefined) {
    failures.push(`${project}: vitest ended with ${code} and left no report`);
    total.failed += 1;
    return;
  }
  failures.push(...failuresIn(result));
  total.passed += result.numPassedTests;
  total.failed += Math.max(result.numFailedTests, code === 0 ? 0 : 1);
  total.skipped += result.numPendingTests + result.numTodoTests;
}

await program(async () => {
  try {
    await setUp({ tests: true });
    console.log('\nChecks');
    await check('formatting', 'prettier', ['--check', '--log-level', 'warn', '--cache', '.']);
    // the types of all packages at once take more than the heap that Node has by default
    await check('lint', process.execPath, [
      '--max-old-space-size=8192',
      'node_modules/eslint/bin/eslint.js',
      '.',
      '--cache',
      '--cache-location',
      'node_modules/.cache/eslint/',
    ]);
    await check('types', 'turbo', ['run', 'typecheck', '--output-logs=errors-only']);
    await check('types of the tooling', 'tsc', ['-p', 'tsconfig.json']);
    await check('repository rules', process.execPath, ['tooling/repo-rules/src/check.mjs']);
    await check('doc comments', process.execPath, [
      'tooling/api-pages/src/api-pages.mjs',
      '--check',
    ]);
    await check('unused code', 'knip', []);
    await check('packages', 'turbo', [
      'run',
      'check-package',
      '--output-logs=errors-only',
      '--concurrency=2',
    ]);
    await check('WebAssembly as built', process.execPath, [
      'packages/quic-engine-wasm/build/check-wasm.mjs',
    ]);
    for (const project of ['unit', 'integration', 'e2e']) await tests(project);
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
  if (failures.length > 0) console.log(`\nWhat failed\n\n${failures.join('\n\n')}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});
