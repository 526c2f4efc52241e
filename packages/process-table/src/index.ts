/**
 * The processes of this machine: who is whose child, in which session, since when, and with which environment variables.
 * Read from `/proc` on Linux, and asked of `ps` elsewhere. Private: bundled into the packages that use it.
 *
 * ```ts
 * import { listProcesses, signalProcess } from '@receptorjs/process-table';
 *
 * for (const entry of await listProcesses(['JOB'])) {
 *   if (entry.variables['JOB'] === 'mine') signalProcess(entry, 'SIGTERM');
 * }
 * ```
 *
 * Where neither is to be had, {@link ProcessTableError} says so, and there are but process groups to go by.
 *
 * @packageDocumentation
 */
export {
  currentBootId,
  isAlive,
  isThere,
  listProcesses,
  signalProcess,
  startedAt,
  type ProcessIdentity,
} from './process-table.js';
export { isSameStart, type ProcessEntry } from './process-entry.js';
export { ProcessTableError } from './process-table-error.js';
export { hasProc, mayUseLinux, PORTABLE_VARIABLE } from './portable.js';
