// `npm run controller-trial`: set-up, then trials of controllers that share one PostgreSQL.
//   npm run controller-trial -- [NAME...] [--short] [--jobs NUMBER] [--cut SECONDS]
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  if (!process.argv.includes('--help')) await setUp({ tests: true });
  const { code } = await run(
    process.execPath,
    ['tooling/controller-trials/src/controller-trials.mjs', ...process.argv.slice(2)],
    { cwd: root, env: toolEnv(), show: true },
  );
  return code;
});
