import { ScmHostRules } from '@receptorjs/controller-core';
import type { StorageConfiguration } from '@receptorjs/controller-storage';
import { join } from 'node:path';

/** Where the database is: the one of `DATABASE_URL`, else one in the folder. */
export function storageConfiguration(folder: string, env: NodeJS.ProcessEnv): StorageConfiguration {
  const url = env['DATABASE_URL'];
  return url === undefined || url === ''
    ? { kind: 'pglite', folder: join(folder, 'database') }
    : { kind: 'postgres', url };
}

/**
 * Which machines projects may come from: patterns of names in `CONTROLLER_SCM_HOSTS`, with commas between them; without it every machine but this one and those of its
 * link.
 */
export const scmHosts = ({ CONTROLLER_SCM_HOSTS: given = '' }: NodeJS.ProcessEnv): ScmHostRules =>
  new ScmHostRules(
    given
      .split(',')
      .map((pattern) => pattern.trim())
      .filter((pattern) => pattern !== ''),
  );
