import type { ControlClient } from '@receptorjs/control-client';
import { ControlError, isRemoteAnswer } from '@receptorjs/control-protocol';
import { EXECUTION_WORK_TYPE, type HealthReport } from '@receptorjs/controller-core';
import { errorText } from '@receptorjs/primitives';
import type { LocalNode } from '../node/local-node.js';
import { isWithoutParams } from './runtime-params.js';
import { faulty, MAX_REPORT_BYTES, readWorkerInfo } from './worker-info.js';

/** Milliseconds that a check may take. */
const CHECK_MS = 20_000;

/** As the original has it of nodes that were never asked. */
const UNKNOWN_VERSION = 'ansible-runner-???';

/**
 * Has an execution node tell what its machine is, by a unit of work that is released whatever comes of it. All that is wrong, also that the node can't be reached or
 * takes longer than 20 seconds, is in the report.
 */
export async function checkHealth(
  local: LocalNode,
  node: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<HealthReport> {
  const late = AbortSignal.timeout(CHECK_MS);
  const client = local.clientOf(node);
  try {
    if (!(await local.isReachable(node))) return faulty(`there is no route to ${node}`);
    const wanted = AbortSignal.any([late, signal]);
    const request = { node, workType: EXECUTION_WORK_TYPE, params: { params: '--worker-info' } };
    const limits = { signal: wanted, maxStdoutBytes: MAX_REPORT_BYTES };
    try {
      const { stdout } = await client.runWork(request, '', limits);
      return readWorkerInfo(stdout.toString('utf8'));
    } catch (error) {
      if (isWithoutParams(error)) return await statusOf(client, wanted);
      throw error;
    }
  } catch (error) {
    if (late.aborted) return faulty(`the check took longer than ${CHECK_MS / 1000} s`);
    const output = error instanceof ControlError ? error.work?.stdout.toString('utf8').trim() : '';
    const said = output ? `: ${output}` : '';
    return isRemoteAnswer(error)
      ? faulty(`${node} refused: ${error.message}`)
      : faulty(`${errorText(error)}${said}`);
  } finally {
    client.close();
  }
}

/** The machine of a node whose worker can't be asked, as the node itself tells it. */
async function statusOf(client: ControlClient, signal: AbortSignal): Promise<HealthReport> {
  const { SystemCPUCount: cpus, SystemMemoryMiB: mebibytes } = await client.status(
    ['SystemCPUCount', 'SystemMemoryMiB'],
    { signal },
  );
  if (cpus === undefined || mebibytes === undefined) {
    return faulty('it takes no parameters of its worker, and does not tell its machine');
  }
  return { errors: [], cpus, memoryBytes: mebibytes * 2 ** 20, version: UNKNOWN_VERSION };
}
