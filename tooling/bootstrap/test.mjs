// `npm test`: set-up, then every check and every test, and one closing line.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setUp, toolEnv, venv } from './setup.mjs';
import { program, run, seconds } from './steps.mjs';

const reports = mkdtempSync(join(tmpdir(), 'receptorjs-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const env = { ...toolEnv(), RECEPTORJS_VENV: process.env.RECEPTORJS_VENV ?? venv };

/** A check counts as one test. */
async function check(
  /** @type {string} */ title,
  /** @type {string} */ command,
  /** @type {string[]} */ args,
) {
  const started = performance.now();
  const { code, output } = await run(command, args, { cwd: root, env });
  if (code === 0) total.passed += 1;
  else total.failed += 1;
  console.log(
    `${code === 0 ? 'ok  ' : 'FAIL'} ${title.padEnd(24)} ${seconds(performance.now() - started)}`,
  );
  if (code !== 0) console.log(output.trim());
}

/** What vitest counted; undefined when it ended before it could say. */
function readReport(/** @type {string} */ path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
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
    console.log(`FAIL vitest ended with ${code} and left no report`);
    total.failed += 1;
    return;
  }
  total.passed += result.numPassedTests;
  total.failed += Math.max(result.numFailedTests, code === 0 ? 0 : 1);
  total.skipped += result.numPendingTests + result.numTodoTests;
}

await program(async () => {
  try {
    await setUp({ tests: true });
    console.log('\nChecks');
    await check('formatting', 'prettier', ['--check', '--log-level', 'warn', '--cache', '.']);
    await check('lint', 'eslint', [
      '.',
      '--cache',
      '--cache-location',
      'node_modules/.cache/eslint/',
    ]);
    await check('types', 'turbo', ['run', 'typecheck', '--output-logs=errors-only']);
    await check('types of the tooling', 'tsc', ['-p', 'tsconfig.json']);
    await check('repository rules', process.execPath, ['tooling/repo-rules/src/check.mjs']);
    await check('unused code', 'knip', []);
    await check('packages', 'turbo', [
      'run',
      'check-package',
      '--output-logs=errors-only',
      '--concurrency=2',
    ]);
    for (const project of ['unit', 'integration', 'e2e']) await tests(project);
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});
