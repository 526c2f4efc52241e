/** One running process. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /**
   * Its session. `ps` does not tell it everywhere: it is the one that has the process's terminal then, or else its process
   * group, which is the session's unless the process was put into another group.
   */
  readonly session: number;
  /** When it was started, as the system gives it; compared by `isSameStart` only. */
  readonly startTime: string;
  /** Those of the environment variables asked for that it was started with, where the system shows them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Longest time, in ms, by which `ps` may give the start of one process differently: Linux' rounds anew each time. */
const START_SLACK_MS = 2_000;

/** Whether two start times of one process ID mean the same process. */
export function isSameStart(one: string, other: string): boolean {
  if (one === other) return true;
  return Math.abs(startOf(one) - startOf(other)) <= START_SLACK_MS;
}

/** What `ps` gives as `lstart` (in UTC) in ms since 1970; `NaN` for any other text. */
export function startOf(lstart: string): number {
  return /^\w{3} \w{3} +\d+ [\d:]{8} \d{4}$/.test(lstart) ? Date.parse(`${lstart} UTC`) : NaN;
}
