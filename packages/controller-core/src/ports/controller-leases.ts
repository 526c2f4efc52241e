/** That a controller's process is alive, for as long as it renews this. */
export interface ControllerLease {
  readonly id: number;
  /** Its node of the mesh. */
  readonly hostname: string;
}

/**
 * Which controllers are alive, by the clock of the database. Each process has one lease for all its jobs; one that has expired never comes
 * back, since others may have taken the jobs. Fencing tokens of jobs guard against what a process writes that does not know yet.
 */
export interface ControllerLeases {
  open(hostname: string, ttlMs: number): Promise<ControllerLease>;
  /** @returns false where it has expired: the process must open another one and drop its jobs */
  renew(lease: ControllerLease, ttlMs: number): Promise<boolean>;
  /** Gives it up: others adopt its jobs at once. */
  close(lease: ControllerLease): Promise<void>;
  /** Hostnames of the controllers that are alive. */
  alive(): Promise<readonly string[]>;
  /** Removes leases that expired more than `olderThanMs` ago and own nothing. */
  sweep(olderThanMs: number): Promise<void>;
}
