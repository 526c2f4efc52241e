import type { FinalStatus } from '@receptorjs/runner-core';

/** 0 for success only; a job that failed with rc 0 does not exist, but no caller shall rely on that. */
export function exitCode(status: FinalStatus | 'error' | (string & {}), rc: number): number {
  if (status === 'successful') return rc;
  return rc === 0 ? 1 : rc;
}
