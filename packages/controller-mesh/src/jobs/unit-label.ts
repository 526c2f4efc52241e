import { randomBytes } from 'node:crypto';
import { isJsonObject } from '@receptorjs/control-protocol';
import type { ReportedStatus } from '@receptorjs/control-client';

/** Which job a unit is of. */
export interface UnitLabel {
  readonly jobId: number;
  readonly submissionId: string;
}

const labelPattern =
  /--private-data-dir=\/tmp\/awx_(\d{1,15})_([A-Za-z0-9-]{1,64})_[0-9a-f]{8}(?:\s|$)/;

/**
 * What the worker of a job is called with: a folder that it makes and removes, named so that a unit tells while it runs which job it is of. Each attempt has its own, for the worker of
 * one that was cut short may still be about to remove its folder.
 */
export function workerParams({ jobId, submissionId }: UnitLabel): string {
  const attempt = randomBytes(4).toString('hex');
  return `--private-data-dir=/tmp/awx_${jobId}_${submissionId}_${attempt} --delete`;
}

/** Reads which job a unit is of, out of what a node reports of it; nothing for another one, and for one that has ended: no node tells it then. */
export function labelOf({ extraData }: ReportedStatus): UnitLabel | undefined {
  const params = isJsonObject(extraData) ? extraData['Params'] : undefined;
  if (typeof params !== 'string') return undefined;
  const [, jobId, submissionId] = labelPattern.exec(params) ?? [];
  return jobId === undefined || submissionId === undefined
    ? undefined
    : { jobId: Number(jobId), submissionId };
}
