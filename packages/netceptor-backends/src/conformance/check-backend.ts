import type { BackendUnderTest, TestFrame } from './backend-under-test.js';
import { testsOn } from './bench.js';
import { addFailureCases } from './failure-cases.js';
import { addLinkCases } from './link-cases.js';
import { addStrangerCases } from './stranger-cases.js';

/**
 * Adds the suite to a test file: what every backend has to do. It takes a few seconds.
 *
 * @param frame - `describe` and `it` of the test framework.
 * @param name - What the tests call the backend.
 */
export function checkBackend<Address>(
  frame: TestFrame,
  name: string,
  backend: BackendUnderTest<Address>,
): void {
  frame.describe(`${name} backend`, () => {
    const test = testsOn(frame, backend);
    addLinkCases(test);
    addFailureCases(test, backend);
    addStrangerCases(test, backend);
  });
}
