import { openController } from '../composition.js';
import { newPassword, setAdmin } from '../first-data/admin.js';

/** Makes an administrator, or gives one a new password: that of the variable `CONTROLLER_ADMIN_PASSWORD`, else a new one, which is printed. */
export async function createAdmin(
  dataDir: string,
  username: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { storage, store } = await openController(dataDir, env);
  try {
    await storage.migrate();
    const given = env['CONTROLLER_ADMIN_PASSWORD'];
    const password = given ?? newPassword();
    await setAdmin(store, username, password);
    console.log(
      given === undefined
        ? `The password of ${username} is ${password} and is not shown again.`
        : `${username} is an administrator.`,
    );
  } finally {
    await storage.close();
  }
}
