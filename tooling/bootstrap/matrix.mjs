// `npm run test:matrix`: the unit tests on every supported major version of Node but the one that runs this, and the
// conformance suite of the QUIC engine on all of them and on another processor.
import { join } from 'node:path';
import { installNode, majors } from './nodes.mjs';
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run, SetupError, step } from './steps.mjs';

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const running = Number(process.versions.node.split('.')[0]);

/** Runs tests by a Node; whether they passed. */
async function passes(/** @type {string} */ node, /** @type {string[]} */ args) {
  const { code } = await run(node, [vitest, 'run', ...args], {
    cwd: root,
    env: toolEnv(),
    show: true,
  });
  return code === 0;
}

await program(async () => {
  await setUp();
  const results = [];
  for (const major of majors.filter((each) => each !== running)) {
    const node = await step(`Node ${major}`, () => installNode(major));
    const version = await run(node, ['--version']);
    if (version.code !== 0)
      throw new SetupError(`Node ${major} does not run here: ${version.output.trim()}`);
    console.log(`\nunit tests on Node ${version.output.trim()}`);
    results.push(await passes(node, ['--project', 'unit', '--silent']));
  }
  console.log('\nQUIC engine on every Node, and on arm64');
  results.push(
    await passes(process.execPath, ['--project', 'integration', 'tooling/quic-platforms/']),
  );
  const failed = results.filter((passed) => !passed).length;
  console.log(`\n${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
