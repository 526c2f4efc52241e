import { listProcesses as listAll, type ProcessEntry } from '@receptorjs/process-table';

/** Variable by which a job's processes are known, wherever they went. */
export const JOB_MARK = 'RUNNER_JOB_MARK';

/** The reading that goes on, and the one that follows it. */
let current: Promise<readonly ProcessEntry[]> | undefined;
let following: Promise<readonly ProcessEntry[]> | undefined;

/**
 * The processes of this machine at some time after the call, with the variable {@link JOB_MARK} of each where the system shows
 * it. Calls that come while they are being read share the next reading: a hundred runs that are canceled at once would otherwise each
 * read all processes of the others.
 *
 * @throws {ProcessTableError} where they can't be listed
 */
export function listProcesses(): Promise<readonly ProcessEntry[]> {
  if (current === undefined) return begin();
  following ??= current.then(begin, begin);
  return following;
}

function begin(): Promise<readonly ProcessEntry[]> {
  following = undefined;
  const reading = listAll([JOB_MARK]).finally(() => {
    if (current === reading) current = undefined;
  });
  current = reading;
  return reading;
}
