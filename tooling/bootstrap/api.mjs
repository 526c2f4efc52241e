// `npm run docs:api`: set-up, then pages of all that the published packages export, in results/api.
//   npm run docs:api -- --check     only says what is wrong in doc comments
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  await setUp();
  const { code } = await run(
    process.execPath,
    ['tooling/api-pages/src/api-pages.mjs', ...process.argv.slice(2)],
    { cwd: root, env: toolEnv(), show: true },
  );
  return code;
});
