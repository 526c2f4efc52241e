// `npm run cluster`: set-up, then a Kubernetes of one node until Ctrl-C.
//   npm run cluster -- [--log-max-size 10Mi] [--log-max-files 5] | --build | --clean-up
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  await setUp();
  // Ctrl-C is for both; this one waits for the other
  process.on('SIGINT', () => undefined);
  const { code } = await run(
    process.execPath,
    ['tooling/kubernetes-cluster/src/main.mjs', ...process.argv.slice(2)],
    { cwd: root, env: toolEnv(), show: true },
  );
  return code;
});
