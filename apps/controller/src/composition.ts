import { createApi, type Api, type SecretBox } from '@receptorjs/controller-api';
import type {
  EngineStores,
  Joining,
  ProjectFolders,
  ResourceStore,
  ScmHostRules,
} from '@receptorjs/controller-core';
import {
  KyselyResourceStore,
  KyselySessionStore,
  StoredJobChanges,
  changeFeed,
  engineStores,
  openStorage,
  storesInTransaction,
  type Storage,
} from '@receptorjs/controller-storage';
import { errorText } from '@receptorjs/primitives';
import { randomUUID } from 'node:crypto';
import { Failure } from './failure.js';
import { compileSparingly } from './settings/compile-sparingly.js';
import { ensureFolder } from './settings/data-folder.js';
import { storageConfiguration } from './settings/settings.js';

/** The version of AWX whose interface is served: clients look at it. */
export const API_VERSION = '24.6.1';

/** An open database, and what is read and written of it. */
export interface OpenController {
  readonly storage: Storage;
  readonly store: ResourceStore;
  readonly stores: EngineStores;
}

/**
 * Opens the database of a folder, or of `DATABASE_URL`.
 *
 * @throws {Failure} where it can't be reached
 */
export async function openController(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<OpenController> {
  ensureFolder(folder);
  try {
    const configuration = storageConfiguration(folder, env);
    if (configuration.kind === 'pglite') compileSparingly(process.versions.v8);
    const storage = await openStorage(configuration);
    const store = new KyselyResourceStore(storage.database);
    return { storage, store, stores: engineStores(storage.database) };
  } catch (error) {
    // an address of a database has a password in it: it is not told
    throw new Failure(`the database can't be opened: ${errorText(error)}`, 1, { cause: error });
  }
}

/** What the interface is served with. */
export interface ServeOptions {
  /** The node ID of this controller. */
  readonly hostname: string;
  readonly installUuid: string;
  readonly secrets: SecretBox;
  readonly projects: ProjectFolders;
  readonly hosts: ScmHostRules;
  readonly trustedProxies?: readonly string[] | undefined;
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** The folder of the built pages. */
  readonly pages: string;
  readonly joining?: Joining | undefined;
}

/** The interface over an open database. */
export function apiOf(
  { storage, store, stores }: OpenController,
  {
    hostname,
    installUuid,
    secrets,
    projects,
    hosts,
    tls,
    trustedProxies,
    pages,
    joining,
  }: ServeOptions,
): Promise<Api> {
  const facts = { hostname, version: API_VERSION, installUuid };
  const sessions = new KyselySessionStore(storage.database);
  const reads = new KyselyResourceStore(storage.reads);
  const { queue, records } = stores;
  const feed = changeFeed(storage);
  const changes = new StoredJobChanges(storage.database);
  return createApi(
    {
      ...{
        store,
        reads,
        sessions,
        secrets,
        queue,
        records,
        feed,
        changes,
        projects,
        hosts,
        facts,
        joining,
      },
      inTransaction: (work) => storesInTransaction(storage.database, work),
      now: () => new Date(),
    },
    { tls, trustedProxies, pages },
  );
}

/** What this installation is known by; made when it is asked for first. */
export async function installUuidOf({ database }: Storage): Promise<string> {
  const key = 'INSTALL_UUID';
  const value = JSON.stringify(randomUUID());
  await database
    .insertInto('settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const row = await database
    .selectFrom('settings')
    .select('value')
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  return typeof row.value === 'string' ? row.value : '';
}
