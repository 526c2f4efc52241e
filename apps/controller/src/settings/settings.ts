import type { StorageConfiguration } from '@receptorjs/controller-storage';
import { join } from 'node:path';

/** Where the database is: the one of `DATABASE_URL`, else one in the folder. */
export function storageConfiguration(folder: string, env: NodeJS.ProcessEnv): StorageConfiguration {
  const url = env['DATABASE_URL'];
  return url === undefined || url === ''
    ? { kind: 'pglite', folder: join(folder, 'database') }
    : { kind: 'postgres', url };
}
