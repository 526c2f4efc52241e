import type { EventHandler, RunOptions } from '@receptorjs/runner-core';
import type { Readable, Writable } from 'node:stream';
import type { ArchiveLimits } from './archive/archive-limits.js';
import type { BlobStoreOptions } from './blobs/blob-store.js';

/** Where a worker gets its run from and where the results go. */
export interface WorkerOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Folder the private data dir is unpacked to. Default: a temporary one, removed at the end. */
  readonly privateDataDir?: string;
  /** Remove `privateDataDir` before and after. */
  readonly delete?: boolean;
  /** Seconds of silence after which a keepalive event is sent. Default 0: never. */
  readonly keepaliveSeconds?: number;
  /**
   * Keeps files of the runs that come by their contents, so that they need not be sent again. Default: no store; such runs
   * are refused, and the transmitting side sends all files.
   */
  readonly blobStore?: BlobStoreOptions;
  /** What the private data dir may take. */
  readonly limits?: ArchiveLimits;
  /**
   * Gets a sentence about each of the first damaged lines of the input. They go into the stream as well, as warnings do, since
   * nothing else may be written to the standard streams of a worker: a unit of work may have both in one file.
   */
  readonly onDamage?: (sentence: string) => void;
  /** Gets the warnings of the run. They go into the stream as well. */
  readonly onWarning?: RunOptions['onWarning'];
  /** Gets what the run does, a line at a time. */
  readonly onLog?: RunOptions['onLog'];
  /** Put what `onLog` would get into the stream, too. Default: no. */
  readonly sendLog?: boolean;
  /**
   * Called for each event before it is sent; may change or drop it, as the handler of a run may. `false` drops it, too: files of
   * events are made at the receiving side.
   */
  readonly onEvent?: EventHandler;
  /** Gets, before anything is written, a function that puts a sentence into the stream while that lasts. */
  readonly onStream?: (warn: (sentence: string) => void) => void;
  /**
   * Cancels the run; its artifacts and the end mark are still sent. While the run has not been received yet, the input
   * is destroyed, and there are no artifacts.
   */
  readonly signal?: AbortSignal;
}
