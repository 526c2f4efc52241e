import type {
  DeliverySummary,
  EventFeed,
  EventHandler,
  EventPlugin,
  OutputSink,
  StatusMessage,
} from '@receptorjs/runner-core';
import type { Readable } from 'node:stream';
import type { ArchiveLimits } from './archive/archive-limits.js';
import type { StreamDamage } from './messages/stream-damage.js';

/** A status as it comes from a worker; `error` says that the run could not be carried out. */
export type WorkerStatus =
  | StatusMessage
  | { readonly status: 'canceled'; readonly job_explanation: string }
  | {
      readonly status: 'error';
      readonly job_explanation: string;
      readonly result_traceback?: string;
      /** Kind of the error where the worker's input was to blame; `missing-blobs`: send the run with all its files. */
      readonly error_code?: string;
    };

/** How far a stream was taken, up to a place where nothing of it is missing. */
export interface StreamPosition {
  /** Bytes of it. */
  readonly bytes: number;
  /** The counter up to which all events have come. */
  readonly counter: number;
  /** The last status, and the ident that the worker has said. */
  readonly status: string;
  readonly ident: string;
}

/** Where the worker's stream comes from and where the results go. */
export interface ProcessOptions {
  readonly input: Readable;
  readonly privateDataDir: string;
  /** Folder for the artifacts, `<ident>` appended if given. Default: `artifacts` in the private data dir. */
  readonly artifactDir?: string;
  readonly ident?: string;
  /** Shows the run's output here. */
  readonly output?: OutputSink;
  /** Show events as JSON lines instead of their text. */
  readonly jsonMode?: boolean;
  /** Write events into one file, `job_events.jsonl`, and not into a file each. The setting `event_log` in `env/settings` wins. */
  readonly eventLog?: boolean;
  /** Called for each event, in order; may leave it without a file, change it or drop it, as the handler of a run may. */
  readonly onEvent?: EventHandler;
  /** Called for each status, in order. */
  readonly onStatus?: (message: WorkerStatus) => unknown;
  /** Told of each event's file. */
  readonly feed?: EventFeed;
  /** Event plugins; those that the settings ask for get every status and event. They never fail the processing. */
  readonly plugins?: readonly EventPlugin[];
  /** Settings for the plugins and the limits; `env/settings` wins. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Gets a sentence about each event plugin that failed, and what a worker of this project warns of; 100 of these at most. */
  readonly onWarning?: (sentence: string) => void;
  /** Gets what a worker of this project does, when that sends its log. */
  readonly onLog?: (line: string) => void;
  /** Gets a sentence for each of the first ten damaged lines, and sentences that sum up at the end. */
  readonly onDamage?: (sentence: string) => void;
  /**
   * What the artifacts may take; what is not said here comes from the settings `archive_max_bytes`, `archive_max_unpacked_bytes`,
   * `archive_max_members`, `archive_max_ratio` and `archive_disk_reserve`.
   */
  readonly limits?: ArchiveLimits;
  /** Throws what this machine has no room for, or can't write, instead of making it the end of the run: whoever can take the stream again does so. Default false. */
  readonly throwsLocalErrors?: boolean;
  /** Goes on where the stream was taken to: the input begins there. */
  readonly from?: StreamPosition;
  /** Told how far it is taken, each MiB or so, as long as all has come as it was sent and the run has not ended. */
  readonly onPosition?: (position: StreamPosition) => void;
  /** Takes no more: the input is destroyed, what has come is kept, and the status is `canceled`. */
  readonly signal?: AbortSignal;
}

/** How the run on the worker ended. */
export interface ProcessResult {
  /** `error` when the stream was incomplete or the worker said so. */
  readonly status: string;
  /** What the worker's `rc` file says; absent when none came. */
  readonly rc?: number;
  readonly artifactDir: string;
  /** Why the status is `error`, or what the worker says of a run that did not come to its recap. */
  readonly explanation?: string;
  /** What became of the messages for event plugins, one for each plugin that was in use. */
  readonly deliveries: readonly DeliverySummary[];
  /** The worker's files have become too few since it was asked: send the run without `known`. */
  readonly missingBlobs?: true;
  /** What did not come as it was sent; absent when all did. */
  readonly damage?: StreamDamage;
}
