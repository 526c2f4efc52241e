import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiOf, openController } from '../composition.js';
import { hasAdmin, newPassword, setAdmin } from '../first-data/admin.js';
import { addFirstData } from '../first-data/first-data.js';

/** How the controller is started. */
export interface ServeArguments {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly node: string;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

/** Runs the controller until it is told to end. */
export async function serve(
  { dataDir, host, port, node, tlsCert, tlsKey }: ServeArguments,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const controller = await openController(dataDir, env);
  const { storage, store } = controller;
  await storage.migrate();
  await addFirstData(store, join(dataDir, 'projects'));
  if (!(await hasAdmin(store))) {
    const password = env['CONTROLLER_ADMIN_PASSWORD'] ?? newPassword();
    await setAdmin(store, 'admin', password);
    if (env['CONTROLLER_ADMIN_PASSWORD'] === undefined)
      console.log(`The password of admin is ${password} and is not shown again.`);
  }
  const tls =
    tlsCert === undefined || tlsKey === undefined
      ? undefined
      : { cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') };
  const app = await apiOf(controller, { folder: dataDir, hostname: node, tls }, env);
  const address = await app.listen({ host, port });
  console.log(`The controller answers at ${address}/api/v2/`);
  await ended();
  await app.close();
  await storage.close();
}

/** Resolves at the first signal to end; the second ends the process at once. */
const ended = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
