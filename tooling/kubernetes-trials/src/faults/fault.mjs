import { podOf } from '../pod-node.mjs';
import { countedLines, lineWriter } from '../counted-lines.mjs';

/**
 * @typedef {object} FaultContext
 * @property {import('@receptorjs/tooling-kubernetes-cluster').Cluster} cluster
 * @property {import('@receptorjs/tooling-kubernetes-cluster').FaultProxy} proxy which the daemon asks
 * @property {string} namespace of the fault's pods
 * @property {() => Promise<string>} podRuns resolves with the pod's name once its worker runs
 *
 * @typedef {object} Fault
 * @property {string} name
 * @property {object} pod
 * @property {string} [workType] default that of all trials
 * @property {number} [stdinBytes] default 0
 * @property {(context: Omit<FaultContext, 'podRuns'>) => Promise<string>} [login] gives the path of the kubeconfig that it brings
 * @property {number} [pendingSeconds] the unit's `pod_pending_timeout`
 * @property {(context: Omit<FaultContext, 'podRuns'>) => Promise<unknown> | unknown} [prepare]
 * @property {(context: FaultContext) => Promise<unknown>} [disturb] while it runs
 * @property {(context: Omit<FaultContext, 'podRuns'>) => Promise<unknown>} [restore] after its end
 * @property {import('@receptorjs/tooling-kubernetes-cluster').FaultRule[]} [rules] for requests of its namespace; each must be met as often as it says, or once
 * @property {(context: Omit<FaultContext, 'podRuns'>) => string | undefined} [unmet] what must have happened besides, and has not
 * @property {RegExp} shows what Detail must say
 * @property {string} [code] of the error; none for a unit that succeeds
 * @property {string} [lastOutput] that is shown with the failure
 * @property {string} [stdout] all of it, of a unit that succeeds
 * @property {boolean} [isAlone] nothing else runs meanwhile
 */

/** What pods of faults that are only looked at while they wait have for a command. */
export const idle = ['sleep', '600'];

/**
 * How often a stream of a fault's pods was asked for.
 *
 * @param {Omit<FaultContext, 'podRuns'>} context
 * @param {'exec' | 'log'} verb
 */
export const streamsOf = ({ proxy, namespace }, verb) =>
  proxy.requests.filter(
    (each) => each.verb === verb && each.url.includes(`/namespaces/${namespace}/`),
  ).length;

const LINES_A_BURST = 200;

/**
 * A pod that writes for so long, and its stdout.
 *
 * @param {string} name of a few letters and digits
 * @param {number} seconds
 */
export function writingPod(name, seconds) {
  const bursts = Array.from({ length: seconds }, (_, at) => `${name}b${at}`);
  const script = bursts.map((burst) => {
    const [program = '', ...args] = lineWriter(burst, LINES_A_BURST);
    return `${program} '${args.join(' ')}'; sleep 1`;
  });
  const stdout = bursts.map((burst) => [...countedLines(burst, LINES_A_BURST)].join('')).join('');
  return { pod: podOf(['sh', '-c', script.join('\n')]), stdout };
}
