/** State of a run. `successful`, `failed`, `timeout` and `canceled` are final. */
export type RunStatus =
  'unstarted' | 'starting' | 'running' | 'successful' | 'failed' | 'timeout' | 'canceled';

/** States a run ends in. */
export type FinalStatus = Extract<RunStatus, 'successful' | 'failed' | 'timeout' | 'canceled'>;

/** Sent when the command is known and before it runs. */
export interface StartingMessage {
  readonly status: 'starting';
  readonly runner_ident: string;
  readonly command: readonly string[];
  /** Environment as it is shown in artifacts: see `shownEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Sent when the run has ended. */
export interface FinalMessage {
  readonly status: FinalStatus;
  readonly runner_ident: string;
  /** Why the run did not come to its recap; see `RunResult.explanation`. */
  readonly job_explanation?: string;
}

/** A change of state. */
export type StatusMessage =
  StartingMessage | { readonly status: 'running'; readonly runner_ident: string } | FinalMessage;
