import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { until } from '@receptorjs/tooling-attacks/until';
import { FaultProxy } from '@receptorjs/tooling-kubernetes-cluster';
import { apiFaults } from '../faults/api-answers.mjs';
import { endingFaults } from '../faults/ending.mjs';
import { pendingFaults } from '../faults/pending.mjs';
import { restarts } from '../faults/restarts.mjs';
import { roles } from '../faults/roles.mjs';
import { BY_LOG_TYPE, podAction, podDaemon, stdoutPath } from '../pod-node.mjs';
import { table } from '../table.mjs';
import { UnitObserver } from '../unit-observer.mjs';
import { states, submitPod } from '../units.mjs';

/** @typedef {import('../faults/fault.mjs').Fault} Fault */

const faults = [...pendingFaults, ...endingFaults, ...apiFaults, ...roles, ...restarts];
/** Those that are seen within a minute, all side by side. */
const shortOnes = [
  ...[...pendingFaults, ...roles].map(({ name }) => name),
  'quota exceeded',
  'init container fails',
  'no such command',
  'no such command, without a spool',
  'out of memory',
  'deleted by somebody',
  'evicted by request',
  '403 to the creation',
  '503 to the creation, 3 times',
  '410 to its watch, 3 times',
];
const LABEL = 'trial.example/fault';
/** Milliseconds for the end of a unit, in which Detail must say why a pod waits, and in which a released pod must be gone. */
const END_MS = 180_000;
const SHOWN_MS = 30_000;
const GONE_MS = 60_000;
const RUNS_MS = 60_000;
/** Milliseconds that a pod runs before something is done to it. */
const RUNNING_MS = 1_000;

/**
 * Each fault with a unit of its own: what Detail shows and when, how the unit ends, what is left of the pod.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default {
  cluster: {},
  async run({ cluster, folder, options, say }) {
    const { short, receptor } = options;
    const names = options.faults.length > 0 ? options.faults : short ? shortOnes : undefined;
    const chosen = faults.filter(({ name }) => names?.includes(name) ?? true);
    if (chosen.length === 0)
      throw new Error(`no such fault; there are ${faults.map(({ name }) => name).join(', ')}`);
    const proxy = await FaultProxy.start(cluster);
    const kubeconfig = proxy.kubeconfig(cluster.kubeconfig);
    const bySpool = { allowruntimeauth: true };
    const byLog = { ...bySpool, worktype: BY_LOG_TYPE };
    const actions = [bySpool, receptor === 'ours' ? { ...byLog, outputspool: 'never' } : byLog].map(
      (fields) => podAction({ kubeconfig, namespace: 'default', fields }),
    );
    const daemon = podDaemon({ receptor, name: receptor, folder, actions });
    daemon.start();
    const client = await daemon.control();
    const looking = await daemon.control();
    const observer = new UnitObserver(looking);
    const ended = daemon.ended().then((end) => {
      throw new Error(
        `${daemon.name} ended by itself (${String(end)}): ${daemon.logText().slice(-2000)}`,
      );
    });
    ended.catch(() => undefined);
    const one = (/** @type {Fault} */ fault) =>
      Promise.race([rowOf(fault, { cluster, proxy, daemon, client, observer }), ended]).then(
        (row) => {
          say(row.cells.join(' | '));
          return row;
        },
        (error) => ({
          cells: [fault.name, 'could not be tried', '', '', '', ''],
          problem: String(error),
        }),
      );
    try {
      const rows = await Promise.all(chosen.filter(({ isAlone }) => !isAlone).map(one));
      for (const fault of chosen.filter(({ isAlone }) => isAlone)) rows.push(await one(fault));
      const heading = ['fault', 'state', 'Detail', 'code', 'shown after s', 'pod after release'];
      const problems = rows.flatMap(({ cells, problem }) =>
        problem === undefined ? [] : [`${cells[0]}: ${problem}`],
      );
      return {
        // the other one is measured, not judged
        problems: receptor === 'ours' ? problems : [],
        text: table(
          heading,
          rows.map(({ cells }) => cells),
        ),
      };
    } finally {
      await observer.stop().catch(() => undefined);
      client.close();
      looking.close();
      await daemon.stop();
      await proxy.close();
    }
  },
};

/**
 * @param {Fault} fault
 * @param {object} place
 * @param {import('@receptorjs/tooling-kubernetes-cluster').Cluster} place.cluster
 * @param {import('@receptorjs/tooling-kubernetes-cluster').FaultProxy} place.proxy
 * @param {import('@receptorjs/tooling-attacks/daemon').Daemon} place.daemon
 * @param {import('@receptorjs/control-client').ControlClient} place.client
 * @param {UnitObserver} place.observer
 * @returns {Promise<{ cells: (string | number)[], problem: string | undefined }>}
 */
async function rowOf(fault, { cluster, proxy, daemon, client, observer }) {
  const namespace = await cluster.namespace('fault');
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const context = { cluster, proxy, namespace };
  const path = new RegExp(`/namespaces/${namespace}/`);
  for (const rule of fault.rules ?? []) proxy.add({ path, ...rule });
  await fault.prepare?.(context);
  const pod = { ...fault.pod, metadata: { namespace, labels: { [LABEL]: namespace } } };
  const { pendingSeconds, workType } = fault;
  const login = await fault.login?.(context);
  const params = {
    ...(pendingSeconds !== undefined && { pod_pending_timeout: `${pendingSeconds}s` }),
    ...(login !== undefined && { secret_kube_config: readFileSync(login, 'utf8') }),
  };
  const stdin = Buffer.alloc(fault.stdinBytes ?? 0, 'x');
  const begun = performance.now();
  const unitId = await submitPod(client, daemon.name, pod, { workType, params, stdin });
  let faultAt = begun;
  const podRuns = async () => {
    const name = await runningPod(cluster, pods);
    faultAt = performance.now();
    return name;
  };
  await fault.disturb?.({ ...context, podRuns });
  const { state, detail, code, lastOutput } = await observer.end(unitId, END_MS);
  const shown = observer.of(unitId).find((each) => fault.shows.test(each.detail));
  // a pod that never ran has none
  const stdout = fault.stdout === undefined ? '' : readFileSync(stdoutPath(daemon, unitId), 'utf8');
  await fault.restore?.(context);
  await client.workRelease(unitId);
  const gone = async () =>
    (await cluster.request('GET', pods)).items.length === 0 ? true : undefined;
  const isGone = await until('its end', gone, GONE_MS, 200).catch(() => false);
  const seconds = shown === undefined ? '-' : ((shown.ms - faultAt) / 1000).toFixed(1);
  const isEqual = fault.stdout === undefined || stdout === fault.stdout;
  const shownDetail = shown?.detail ?? detail;
  const cells = [
    fault.name,
    states[state] ?? '',
    fault.stdout === undefined
      ? shownDetail
      : `${shownDetail} (output ${isEqual ? 'equal' : 'differs'})`,
    code ?? '',
    seconds,
    isGone ? 'none' : 'left',
  ];
  const problem = [
    shown === undefined && `Detail never says ${String(fault.shows)} but: ${detail}`,
    shown !== undefined &&
      pendingSeconds !== undefined &&
      shown.ms - begun > SHOWN_MS &&
      `shown after ${seconds} s`,
    fault.lastOutput !== undefined &&
      lastOutput !== fault.lastOutput &&
      `its last output is ${lastOutput}, not ${fault.lastOutput}`,
    code !== fault.code && `code ${code}, not ${fault.code}`,
    ...unmetRules(fault, proxy),
    fault.unmet?.(context) ?? false,
    !isEqual && `its ${stdout.length} bytes are not the ${fault.stdout?.length} that it wrote`,
    !isGone && 'its pod is left',
  ].filter((each) => each !== false);
  return { cells, problem: problem.length === 0 ? undefined : problem.join('; ') };
}

/**
 * What a trial of a fault would not show, for it did not meet it.
 *
 * @param {Fault} fault
 * @param {import('@receptorjs/tooling-kubernetes-cluster').FaultProxy} proxy
 */
const unmetRules = ({ rules = [] }, proxy) =>
  rules.map(({ times = 1, fault }) => {
    const met = proxy.met(fault);
    return met < times && `${met} of ${times} requests got ${JSON.stringify(fault)}`;
  });

/** The name of the one pod there, once its worker runs and is likely to have written. */
async function runningPod(
  /** @type {import('@receptorjs/tooling-kubernetes-cluster').Cluster} */ cluster,
  /** @type {string} */ pods,
) {
  const ask = async () => {
    const [found] = (await cluster.request('GET', pods)).items;
    return found?.status.phase === 'Running' ? String(found.metadata.name) : undefined;
  };
  const name = await until('a pod that runs', ask, RUNS_MS, 100);
  await setTimeout(RUNNING_MS);
  return name;
}
