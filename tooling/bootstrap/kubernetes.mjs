// `npm run kubernetes`: set-up, then trials of pods as units of work on a real Kubernetes.
//   npm run kubernetes -- [NAME...] [--short] [--receptor ours|go] [--seed NUMBER]
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  if (!process.argv.includes('--help')) await setUp({ tests: true });
  const { code } = await run(
    process.execPath,
    ['tooling/kubernetes-trials/src/trials.mjs', ...process.argv.slice(2)],
    { cwd: root, env: toolEnv(), show: true },
  );
  return code;
});
