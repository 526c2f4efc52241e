import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The bundle people get. The tests of this app run it, so it has to be built before them. */
export const builtApp = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

if (!existsSync(builtApp))
  throw new Error(
    `${builtApp} is missing; build it first: pnpm --filter @receptorjs/ansible-runner build`,
  );
