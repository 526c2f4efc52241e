import { ControlError } from '@receptorjs/control-protocol';
import { EXECUTION_WORK_TYPE } from '@receptorjs/controller-core';
import { errorText } from '@receptorjs/primitives';
import type { LocalNode } from '../node/local-node.js';

/** Milliseconds that it may take. */
const CLEAN_UP_MS = 20_000;
/** Bytes that a worker may say of it. */
const MAX_OUTPUT = 64 * 1024;
/** Folders that workers of jobs make, and minutes for which nothing has used one that is removed. */
const PATTERN = '/tmp/awx_*_*';
const GRACE_MINUTES = 60;

/** Has an execution node remove folders that workers have left there. @returns what went wrong, if something did */
export async function cleanUp(
  local: LocalNode,
  node: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<string | undefined> {
  const late = AbortSignal.timeout(CLEAN_UP_MS);
  const client = local.clientOf(node);
  const params = `cleanup --file-pattern=${PATTERN} --grace-period=${GRACE_MINUTES}`;
  try {
    await client.runWork({ node, workType: EXECUTION_WORK_TYPE, params: { params } }, '', {
      signal: AbortSignal.any([late, signal]),
      maxStdoutBytes: MAX_OUTPUT,
    });
    return undefined;
  } catch (error) {
    if (late.aborted) return `it took longer than ${CLEAN_UP_MS / 1000} s`;
    const said = error instanceof ControlError ? error.work?.stdout.toString('utf8').trim() : '';
    return said ? `${errorText(error)}: ${said}` : errorText(error);
  } finally {
    client.close();
  }
}
