import { PGliteStorage } from './pglite-storage.js';
import { PostgresStorage } from './postgres-storage.js';
import type { Storage, StorageConfiguration } from './storage.js';

/**
 * Opens a database; its schema is as it was, see {@link Storage.migrate}.
 *
 * @throws {Error} where it can't be reached or read
 */
export function openStorage(configuration: StorageConfiguration): Promise<Storage> {
  return configuration.kind === 'pglite'
    ? PGliteStorage.open(configuration.folder)
    : PostgresStorage.open(configuration);
}
