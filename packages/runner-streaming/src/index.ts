/**
 * Carries a run of Ansible to another machine and its events back, in the stream format of Ansible Runner: `transmit`
 * writes a private data dir to a stream, `work` carries it out at the far end, `processResults` takes what comes back.
 * Either side may be the original.
 *
 * ```ts
 * import { processResults, transmit, work } from '@receptorjs/runner-streaming';
 * import { PassThrough } from 'node:stream';
 *
 * const there = new PassThrough();
 * const back = new PassThrough();
 * const [, , result] = await Promise.all([
 *   transmit({ privateDataDir: 'demo', playbook: 'site.yml', output: there }),
 *   work({ input: there, output: back }),
 *   processResults({ input: back, privateDataDir: 'demo', output: process.stdout }),
 * ]);
 * console.log(result.status, result.artifactDir);
 * ```
 *
 * @packageDocumentation
 */
export { transmit } from './transmit.js';
export type { TransmitOptions } from './transmit-options.js';
export { work, type WorkerResult } from './worker.js';
export type { WorkerOptions } from './worker-options.js';
export { processResults } from './process-results.js';
export type {
  ProcessOptions,
  ProcessResult,
  StreamPosition,
  WorkerStatus,
} from './process-options.js';
export type { StreamDamage } from './messages/stream-damage.js';
export type { ArchiveLimits } from './archive/archive-limits.js';
export { type Manifest, type ManifestFile } from './blobs/blob-manifest.js';
export type { BlobStoreOptions } from './blobs/blob-store.js';
export { cleanup, CleanupError, type CleanupResult } from './cleanup.js';
export type { CleanupOptions } from './cleanup-options.js';
export { type WorkerInfo } from './worker-info.js';
export { type PortableOptions, type STAYS_HERE } from './run-arguments.js';
export { StreamError, type StreamErrorCode } from './errors.js';
