// `npm run controller`: set-up, then the control plane in .controller until Ctrl-C.
//   npm run controller -- [--host ADDRESS] [--port PORT] [--data-dir FOLDER] | migrate | create-admin [NAME] | check
import { join } from 'node:path';
import { bin } from './mesh.mjs';
import { root, setUp, toolEnv } from './setup.mjs';
import { program, run } from './steps.mjs';

await program(async () => {
  await setUp({ apps: ['controller', 'receptor', 'ansible-runner'] });
  // Ctrl-C is for both; this one waits for the other
  process.on('SIGINT', () => undefined);
  const env = { CONTROLLER_DATA_DIR: join(root, '.controller'), ...toolEnv() };
  const { code } = await run(bin('controller'), process.argv.slice(2), { env, show: true });
  return code;
});
