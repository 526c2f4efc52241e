// `npm run test:packed`: packs every package, installs each alone with npm into an empty folder, and runs the examples of its
// page there.
//   npm run test:packed -- [PART OF A NAME]
import { join } from 'node:path';
import { root, setUp, toolEnv, venv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  await setUp({ tests: true });
  const [asked = ''] = process.argv.slice(2);
  const { code } = await run(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      ...['run', '--project', 'integration', '--reporter=verbose'],
      'tooling/doc-examples/src/packed.integration.test.mjs',
    ],
    {
      cwd: root,
      env: {
        ...toolEnv(),
        RECEPTORJS_VENV: process.env.RECEPTORJS_VENV ?? venv,
        RECEPTORJS_PACKED: asked,
      },
      show: true,
    },
  );
  return code;
});
