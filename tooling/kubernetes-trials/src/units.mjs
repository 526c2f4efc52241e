import { until } from '@receptorjs/tooling-attacks/until';
import { WORK_TYPE } from './pod-node.mjs';

/** States of a unit. */
export const states = ['Pending', 'Running', 'Succeeded', 'Failed', 'Canceled'];
export const SUCCEEDED = 2;
/** Patience with a daemon on a machine that has other things to do. */
export const ANSWER = { timeoutMs: 60_000 };

/**
 * @typedef {object} SubmissionOptions
 * @property {string | undefined} [workType] default {@link WORK_TYPE}
 * @property {Record<string, string>} [params] further ones
 */

/**
 * A submission of a pod.
 *
 * @param {string} node
 * @param {object} pod
 * @param {SubmissionOptions} [options]
 */
export const requestOf = (node, pod, { workType = WORK_TYPE, params = {} } = {}) => ({
  node,
  workType,
  params: { secret_kube_pod: JSON.stringify(pod), ...params },
});

/**
 * Submits a pod; gives the unit's ID.
 *
 * @param {import('@receptorjs/control-client').ControlClient} client
 * @param {string} node
 * @param {object} pod
 * @param {SubmissionOptions & { stdin?: Buffer }} [options]
 */
export async function submitPod(client, node, pod, { stdin = Buffer.alloc(0), ...options } = {}) {
  return (await client.submit(requestOf(node, pod, options), stdin, ANSWER)).unitId;
}

/**
 * Waits for the end of a unit.
 *
 * @param {import('@receptorjs/control-client').ControlClient} client
 * @param {string} unitId
 * @param {number} timeoutMs
 */
export const unitEnd = (client, unitId, timeoutMs) =>
  until(
    `the end of ${unitId}`,
    async () => {
      const status = await client.workStatus(unitId, ANSWER);
      return status.state >= SUCCEEDED ? status : undefined;
    },
    timeoutMs,
    250,
  );
