// `npm run crashes`: set-up, then daemons that are killed at every step of a unit of work, and a table of what that has cost.
//   npm run crashes -- [--runs 500] [--seed NUMBER] [--parallel 4] [--case VICTIM/POINT/STORY]
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  await setUp({ tests: true });
  const { code } = await run(
    process.execPath,
    ['tooling/crash-matrix/src/crashes.mjs', ...process.argv.slice(2)],
    { cwd: root, env: toolEnv(), show: true },
  );
  return code;
});
