/**
 * Databases for tests: PGlite in memory, and a real PostgreSQL that is started for them.
 *
 * @packageDocumentation
 */
export { storagesUnderTest, type StorageUnderTest } from './testing/storages-under-test.js';
