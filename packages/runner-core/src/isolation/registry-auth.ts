import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerAuthData } from './isolation-options.js';
import type { Engine } from './isolation-settings.js';

/** Credentials in files of a folder only the user can enter. */
export interface RegistryAuth {
  readonly folder: string;
  /** The argument that names the credentials. */
  readonly argument: string;
  /** Variables for the engine. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes the folder. */
  remove(): Promise<void>;
}

/** Writes credentials as the engine reads them. */
export async function writeRegistryAuth(
  { host, username, password, verifySsl = true }: ContainerAuthData,
  engine: Engine,
  ident: string,
): Promise<RegistryAuth> {
  const folder = await mkdtemp(join(tmpdir(), `ansible_runner_registry_${ident}_`));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, engine === 'docker' ? 'config.json' : 'auth.json');
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    await writeFile(file, JSON.stringify({ auths: { [host]: { auth } } }, undefined, 4), {
      mode: 0o600,
    });
    const registries = join(folder, 'registries.conf');
    if (!verifySsl)
      await writeFile(
        registries,
        `[[registry]]\nlocation = ${JSON.stringify(host)}\ninsecure = true\n`,
        { mode: 0o600 },
      );
    return {
      folder,
      argument: engine === 'docker' ? `--config=${folder}` : `--authfile=${file}`,
      env: verifySsl
        ? {}
        : { CONTAINERS_REGISTRIES_CONF: registries, REGISTRIES_CONFIG_PATH: registries },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
