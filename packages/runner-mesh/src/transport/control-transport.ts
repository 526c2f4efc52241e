import type { ControlClient } from '@receptorjs/control-client';

/** A connection to the control service that takes a job for a node: that of the node itself, or of one that hands it on. */
export interface ControlTransport {
  /** Whether the service is that of another node, which hands jobs on. */
  readonly handsOn: boolean;
  /**
   * Opens a control connection, which the signal ends only while it is being opened. The caller closes it.
   *
   * @throws whatever stood in the way; another attempt may succeed unless `isFinal` says no
   */
  connect(signal: AbortSignal): Promise<ControlClient>;
  /** Whether an error of {@link connect} would come again. */
  isFinal(error: unknown): boolean;
  /** The work types the node says it offers; `undefined` when that is not known. */
  workTypes(): Promise<readonly string[] | undefined>;
  /** Whether there is a route to the node now. Rejects when that can't be found out. */
  isReachable(): Promise<boolean>;
  /** Calls back each time the node may be reachable again; gives the unsubscription. */
  onReachable(listener: () => void): () => void;
  /** Lets go of everything; resolves when nothing of it is left in this process. */
  close(): Promise<void>;
}
