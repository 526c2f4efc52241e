// What the conformance suite imports from vitest, and vitest's runner in one process without the rest of vitest, which
// brings native code along that each platform would need for itself.
import {
  chai,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  setState,
} from '@vitest/expect';
import { startTests } from '@vitest/runner';

export { afterAll, beforeAll, describe, it } from '@vitest/runner';

chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
export const { expect } = chai;
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect });
setState({}, /** @type {any} */ (expect));

/** As vitest's own defaults, but patient: an emulated processor is slow. */
const TIMEOUT_MS = 60_000;

/**
 * Runs what `define` describes, prints each test that fails and a last line that counts.
 *
 * @param {string} title begins the last line
 * @param {() => void} define
 * @returns {Promise<boolean>} whether there were tests and all passed
 */
export async function runAlone(title, define) {
  const begin = performance.now();
  const counts = { pass: 0, fail: 0 };
  const files = await startTests([title], {
    config: {
      root: '/',
      setupFiles: [],
      name: undefined,
      passWithNoTests: false,
      testNamePattern: undefined,
      allowOnly: false,
      sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
      chaiConfig: undefined,
      maxConcurrency: 1,
      testTimeout: TIMEOUT_MS,
      hookTimeout: TIMEOUT_MS,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    },
    importFile: define,
    onAfterRunTask({ fullTestName, result }) {
      counts[result?.state === 'pass' ? 'pass' : 'fail'] += 1;
      for (const { stack, message } of result?.errors ?? []) {
        console.error(`FAIL ${fullTestName}\n${stack ?? message}`);
      }
    },
  });
  // A hook that fails leaves no test behind.
  const broken = files.flatMap(({ result, tasks }) => [
    result,
    ...tasks.map(({ result: of }) => of),
  ]);
  for (const { message } of broken.flatMap((result) => result?.errors ?? []))
    console.error(message);
  const good = counts.pass > 0 && counts.fail === 0 && broken.every((of) => of?.state === 'pass');
  const took = ((performance.now() - begin) / 1_000).toFixed(1);
  console.log(`${title}: ${counts.pass} passed, ${counts.fail} failed, ${took} s`);
  return good;
}
