// `npm run parity`: set-up, then the comparison with the Python runner.
//   npm run parity -- [--only TEXT] [--ansible 2.14,2.18,newest]
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  await setUp({ tests: true });
  const { code } = await run(
    process.execPath,
    ['tooling/parity/src/parity.mjs', ...process.argv.slice(2)],
    { cwd: root, env: toolEnv(), show: true },
  );
  return code;
});
