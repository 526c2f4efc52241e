// `npm run test:portable`: the tests of the runner and of units of work without anything that only Linux has, as on macOS and
// the BSDs; then the main job of the end-to-end tests with an empty /proc, where that can be had.
//   npm run test:portable -- [PART OF A PATH ...]
import { join } from 'node:path';
import { root, setUp, toolEnv, venv } from './setup.mjs';
import { program, run } from './steps.mjs';

/** What works with processes and terminals, or starts what does. */
const suites = [
  'packages/process-table/',
  'packages/runner-',
  'packages/workceptor/',
  'apps/ansible-runner/',
  'apps/receptor/',
];

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const emptyProc = 'mount -t tmpfs none /proc && exec "$0" "$@"';
const inNamespace = ['-m', 'sh', '-c', emptyProc];

await program(async () => {
  await setUp({ tests: true });
  const env = { ...toolEnv(), RECEPTORJS_VENV: process.env.RECEPTORJS_VENV ?? venv };
  const asked = process.argv.slice(2);
  const paths = asked.length > 0 ? asked : suites;
  const forced = await run(
    process.execPath,
    [vitest, 'run', '--project', 'unit', '--project', 'integration', ...paths],
    { cwd: root, env: { ...env, RECEPTORJS_PORTABLE: '1' }, show: true },
  );
  if (asked.length > 0) return forced.code;
  const probe = await run('unshare', [...inNamespace, 'true']);
  if (probe.code !== 0) {
    console.log(`\nskipped: the main job with an empty /proc: ${probe.output.trim()}`);
    return forced.code;
  }
  console.log('\nthe main job with an empty /proc');
  const words = [vitest, 'run', '--project', 'e2e', 'test-e2e/src/main-job.test.ts'];
  const main = await run('unshare', [...inNamespace, process.execPath, ...words], {
    cwd: root,
    env,
    show: true,
  });
  return forced.code === 0 ? main.code : forced.code;
});
