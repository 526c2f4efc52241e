import { ControlError, isRemoteAnswer } from '@receptorjs/control-protocol';
import type { HealthReport } from '@receptorjs/controller-core';
import { errorText } from '@receptorjs/primitives';
import type { LocalNode } from '../node/local-node.js';
import { faulty, MAX_REPORT_BYTES, readWorkerInfo } from './worker-info.js';

/** Milliseconds that a check may take. */
const CHECK_MS = 20_000;

/** The work type of execution nodes. */
export const EXECUTION_WORK_TYPE = 'ansible-runner';

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
    const { stdout } = await client.runWork(
      { node, workType: EXECUTION_WORK_TYPE, params: { params: '--worker-info' } },
      '',
      { signal: AbortSignal.any([late, signal]), maxStdoutBytes: MAX_REPORT_BYTES },
    );
    return readWorkerInfo(stdout.toString('utf8'));
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
