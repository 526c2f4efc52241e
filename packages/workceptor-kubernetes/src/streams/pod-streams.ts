import type { StdoutFile } from '../output/stdout-file.js';
import type { PodEnd } from '../pod/pod-end.js';
import type { PodProgress } from '../pod/pod-progress.js';

/** How the output of a pod has come to its end. */
export type OutputEnd =
  /** All that came through is here, and nothing is known to be missing. How the pod ends counts. */
  | { readonly kind: 'complete' }
  /** Some is missing, or may be. The pod runs to its end, for its work has effects of its own; how it fails by itself says more. */
  | { readonly kind: 'lost'; readonly end: PodEnd }
  /** Nothing can come any more, whatever the pod does: its end is not waited for. */
  | { readonly kind: 'over'; readonly end: PodEnd };

/** A way by which stdin gets to a pod and stdout comes from it. One for each run; its pod's worker runs already, or has run. */
export interface PodStreams {
  /**
   * Gives the pod its stdin, while its output is read.
   *
   * @returns why stdin is not there, or may not be; nothing when it is, or when the pod has ended
   * @throws what the system says; {KubernetesError}; the reason of the run's signal
   */
  feed(progress: PodProgress): Promise<string | undefined>;
  /**
   * Stores stdout until its end.
   *
   * @param signal ends it
   * @throws {WorkError} `output-too-long`; what the system says; the signal's reason
   */
  read(progress: PodProgress, stdout: StdoutFile, signal: AbortSignal): Promise<OutputEnd>;
}
