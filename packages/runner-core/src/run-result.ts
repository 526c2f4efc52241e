import type { DeliverySummary } from './events/event-plugins.js';
import type { RunStats } from './events/events.js';
import { RunArtifacts, type FactCachePlace } from './artifacts/run-artifacts.js';
import type { FinalStatus } from './statuses.js';

/** Which limit ended a job: that of silence, or that of the whole time. */
export type TimeoutKind = 'idle' | 'job';

/** What is known when a run has ended. */
export interface RunOutcome<Status extends string = FinalStatus> {
  readonly status: Status;
  readonly rc: number;
  readonly ident: string;
  readonly artifactDir: string;
  readonly deliveries?: readonly DeliverySummary[];
  readonly stats?: RunStats;
  readonly timedOut?: TimeoutKind;
  readonly explanation?: string;
}

/** How a run ended, and its artifacts. A run elsewhere may end in ways (`Status`) that one here does not. */
export class RunResult<Status extends string = FinalStatus> extends RunArtifacts {
  readonly status: Status;
  /** Exit status of the command; 128 + n after signal n, 254 after cancel or timeout, 127 when it is missing. */
  readonly rc: number;
  readonly ident: string;
  /** What became of the messages for event plugins, one for each plugin that was in use. */
  readonly deliveries: readonly DeliverySummary[];
  /** The recap, if the run came to it. */
  declare readonly stats?: RunStats;
  /** Which limit was reached, when the status is `timeout`. */
  declare readonly timedOut?: TimeoutKind;
  /**
   * Why the run did not come to its recap: it was canceled, a limit was reached, a prompt was not answered, there is no such
   * command, a signal ended it, or the last error that Ansible named. Absent for a run that came to its end, whatever failed.
   */
  declare readonly explanation?: string;

  constructor(outcome: RunOutcome<Status>, factCache: FactCachePlace = {}) {
    super(outcome.artifactDir, factCache);
    this.status = outcome.status;
    this.rc = outcome.rc;
    this.ident = outcome.ident;
    this.deliveries = outcome.deliveries ?? [];
    if (outcome.stats !== undefined) this.stats = outcome.stats;
    if (outcome.timedOut !== undefined) this.timedOut = outcome.timedOut;
    if (outcome.explanation !== undefined) this.explanation = outcome.explanation;
  }
}
