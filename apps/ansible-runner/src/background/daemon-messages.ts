import type { JobRequest } from '../run-job.js';

/** What the process of `start` sends to the one in the background. */
export interface DaemonRequest {
  /** Absolute path of the private data dir. */
  readonly folder: string;
  readonly job: JobRequest;
}

/** The answer, once: the process id of the run, or why there is none. */
export type DaemonReply = { readonly started: number } | { readonly failed: string };

/** Whether a message of the channel is a request. Both ends are of one build, so its inside is not looked at. */
export function isDaemonRequest(message: unknown): message is DaemonRequest {
  return typeof message === 'object' && message !== null && 'folder' in message && 'job' in message;
}

/** Whether a message of the channel is an answer. */
export function isDaemonReply(message: unknown): message is DaemonReply {
  return (
    typeof message === 'object' && message !== null && ('started' in message || 'failed' in message)
  );
}
