// `npm run test:matrix`: the unit tests on every supported major version of Node.
import { join } from 'node:path';
import { installTool, root, setUp, toolEnv } from './setup.mjs';
import { program, run, SetupError, step } from './steps.mjs';

const majors = [22, 24, 26];

await program(async () => {
  await setUp();
  const name = `node-${process.platform}-${process.arch}`;
  let failed = 0;
  for (const major of majors) {
    const prefix = await step(`Node ${major}`, () =>
      installTool(`node-${major}`, `${name}@${major}`, `Node ${major}`),
    );
    const node = join(prefix, 'node_modules', name, 'bin', 'node');
    const version = await run(node, ['--version']);
    if (version.code !== 0)
      throw new SetupError(`${name}@${major} does not run here: ${version.output.trim()}`);
    console.log(`\nunit tests on Node ${version.output.trim()}`);
    const { code } = await run(
      node,
      [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'unit', '--silent'],
      {
        cwd: root,
        env: toolEnv(),
        show: true,
      },
    );
    if (code !== 0) failed += 1;
  }
  console.log(`\n${majors.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
