import type { ClusterApi } from '../cluster/cluster-api.js';
import type { PodProgress } from '../pod/pod-progress.js';
import type { StdoutFile } from './stdout-file.js';

/** What the output of a unit needs, whichever way it comes. */
export interface OutputContext {
  readonly api: ClusterApi;
  readonly namespace: string;
  readonly name: string;
  readonly progress: PodProgress;
  readonly stdout: StdoutFile;
  /** Says what is in the way; nothing when nothing is any more. */
  readonly onProblem: (why: string | undefined) => void;
  readonly signal: AbortSignal;
}
