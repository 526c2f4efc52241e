import type { StdoutFile } from '../output/stdout-file.js';
import type { PodEnd } from '../pod/pod-end.js';
import type { PodProgress } from '../pod/pod-progress.js';

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
   * Stores stdout until its end, and the pod's.
   *
   * @param signal ends it
   * @returns how the unit ends where its output is not what the worker wrote, or where the worker's end is not to be waited for
   * @throws {WorkError} `output-too-long`; what the system says; the signal's reason
   */
  read(progress: PodProgress, stdout: StdoutFile, signal: AbortSignal): Promise<PodEnd | undefined>;
}
