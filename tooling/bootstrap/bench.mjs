// `npm run bench`: set-up, then the measurements. Arguments are handed on: `npm run bench -- --quick --only stream`.
import { setUp, root, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  await setUp({ tests: true });
  const { code } = await run(
    process.execPath,
    ['tooling/benchmarks/src/bench.mjs', ...process.argv.slice(2)],
    {
      cwd: root,
      env: toolEnv(),
      show: true,
    },
  );
  return code;
});
