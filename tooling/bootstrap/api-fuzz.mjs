// Sends the controller's interface what its OpenAPI document allows, and what it does not, for a time.
//   npm run test:api-fuzz -- [--seconds N] [--seed N]
import { join } from 'node:path';
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

const args = process.argv.slice(2);
const option = (/** @type {string} */ name) => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
};

await program(async () => {
  await setUp({ tests: true });
  const { code } = await run(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      'integration',
      'packages/controller-api/src/api-fuzz',
    ],
    {
      cwd: root,
      show: true,
      env: {
        ...toolEnv(),
        API_FUZZ_SECONDS: option('--seconds') ?? '300',
        API_FUZZ_SEED: option('--seed') ?? String(Date.now() % 1_000_000),
      },
    },
  );
  return code;
});
