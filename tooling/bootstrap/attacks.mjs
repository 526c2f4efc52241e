// `npm run attacks`: set-up, then attacks on a mesh of real daemons and on the runner, one line each.
//   npm run attacks -- [NAME...] [--short] [--root CHECKOUT] [--receptor BINARY] [--runner BINARY]
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  await setUp({ tests: true });
  const { code } = await run(
    process.execPath,
    ['tooling/attacks/src/attacks.mjs', ...process.argv.slice(2)],
    { cwd: root, env: toolEnv(), show: true },
  );
  return code;
});
