/** That a controller's process is alive, for as long as it renews this. */
export interface ControllerLease {
  readonly id: number;
  /** Its node of the mesh. */
  readonly hostname: string;
}

/**
 * What a renewal has found:
 *
 * - `kept`: the lease had not expired
 * - `revived`: it had, and holds again; others may have taken jobs meanwhile
 * - `gone`: another process of the same node has opened one, or it was given up: the process must open another one and drop its jobs
 */
export type LeaseRenewal = 'kept' | 'revived' | 'gone';

/**
 * Which controllers are alive, by the clock of the database. Each process has one lease for all its jobs. Once it has expired others may take them; those that nobody has taken are still
 * the process's. Fencing tokens of jobs guard against what a process writes that does not know yet.
 */
export interface ControllerLeases {
  open(hostname: string, ttlMs: number): Promise<ControllerLease>;
  renew(lease: ControllerLease, ttlMs: number): Promise<LeaseRenewal>;
  /** Gives it up: others adopt its jobs at once. */
  close(lease: ControllerLease): Promise<void>;
  /** Hostnames of the controllers that are alive. */
  alive(): Promise<readonly string[]>;
  /** Removes leases that expired more than `olderThanMs` ago and own nothing. */
  sweep(olderThanMs: number): Promise<void>;
}
