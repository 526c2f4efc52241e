import { isJsonObject } from '@receptorjs/control-protocol';
import type { ReportedStatus } from '@receptorjs/control-client';

/** Which job a unit is of. */
export interface UnitLabel {
  readonly jobId: number;
  readonly submissionId: string;
}

const labelPattern = /--private-data-dir=\/tmp\/awx_(\d{1,15})_([A-Za-z0-9-]{1,64})(?:\s|$)/;

/** What the worker of a job is called with: a folder of its own, named so that a unit tells which job it is of. The worker removes it. */
export function workerParams({ jobId, submissionId }: UnitLabel): string {
  return `--private-data-dir=/tmp/awx_${jobId}_${submissionId} --delete`;
}

/** Reads which job a unit is of, out of what a node reports of it; nothing for another one. */
export function labelOf({ extraData }: ReportedStatus): UnitLabel | undefined {
  const params = isJsonObject(extraData) ? extraData['Params'] : undefined;
  if (typeof params !== 'string') return undefined;
  const [, jobId, submissionId] = labelPattern.exec(params) ?? [];
  return jobId === undefined || submissionId === undefined
    ? undefined
    : { jobId: Number(jobId), submissionId };
}
