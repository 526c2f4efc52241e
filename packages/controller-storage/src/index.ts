/**
 * The database of a control plane, on PostgreSQL or on PGlite, which is PostgreSQL inside of the process: schema and migrations, repositories,
 * leases with fencing tokens, and events in batches.
 *
 * @packageDocumentation
 */
export { openStorage } from './database/open-storage.js';
export type { ChannelListener, Storage, StorageConfiguration } from './database/storage.js';
export { jsonText, plainText, type Json } from './schema/columns.js';
export type * from './schema/tables.js';
export { KyselyResourceStore } from './resources/kysely-resource-store.js';
export { KyselySessionStore } from './resources/kysely-session-store.js';
export { changeFeed, engineStores } from './repositories/engine-stores.js';
export { storesInTransaction } from './repositories/transaction-stores.js';
export {
  addAuthority,
  findAuthority,
  type StoredAuthority,
} from './repositories/certificate-authorities.js';
export { StoredJoins } from './repositories/join-store.js';
export { StoredJobChanges } from './repositories/job-changes.js';
export type { Executor } from './repositories/executor.js';
export { StoredDependencies } from './repositories/dependencies.js';
export { StoredUpdates } from './repositories/updates.js';
export { pruneRecords, type Pruned, type PruneLimits } from './repositories/prune-records.js';
export { StoredRunMaterials, type RunMaterialsOptions } from './repositories/run-materials.js';
export { checkConsistency } from './backup/check-consistency.js';
export { restoreBackup } from './backup/restore-backup.js';
export { writeBackup } from './backup/write-backup.js';
export {
  rewriteSecrets,
  type RewrittenSecrets,
  type SecretRewriting,
} from './secrets/rewrite-secrets.js';
