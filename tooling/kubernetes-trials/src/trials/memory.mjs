import { setTimeout } from 'node:timers/promises';
import { memoryMb } from '@receptorjs/tooling-attacks/daemon';
import { FaultProxy } from '@receptorjs/tooling-kubernetes-cluster';
import { podAction, podDaemon, podOf } from '../pod-node.mjs';
import { processorSeconds } from '../processor-time.mjs';
import { table } from '../table.mjs';
import { ANSWER, states, submitPod } from '../units.mjs';

const NODE_TAKES = 520;
/** Milliseconds in which pods may come to run, and those of them in which not one more does. */
const START_MS = 400_000;
const STALL_MS = 60_000;
/** Milliseconds until all is at rest, and for which it is looked at then. */
const SETTLE_MS = 10_000;
const REST_MS = 30_000;
const SHORT_REST_MS = 5_000;
const SUBMITTED_AT_ONCE = 4;
/** The most of the memory of a daemon. */
const MOST_MB = 250;

/**
 * As many pods at once as the node takes: what they cost a daemon, and the API server, while they do nothing.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default {
  cluster: { maxPods: NODE_TAKES },
  async run({ cluster, folder, options, say }) {
    const { short, receptor } = options;
    const pods = options.number('pods', short ? 10 : 500);
    const namespace = await cluster.namespace('many');
    const proxy = await FaultProxy.start(cluster);
    const kubeconfig = proxy.kubeconfig(cluster.kubeconfig);
    const fields = receptor === 'ours' ? { outputspool: options.text('spool', 'auto') } : undefined;
    const action = podAction({ kubeconfig, namespace, fields });
    const daemon = podDaemon({ receptor, name: receptor, folder, actions: [action] });
    daemon.start();
    const client = await daemon.control();
    const streamsBefore = await streamsOf(cluster);
    const emptyMb = memoryMb(daemon.pid, 'VmRSS');
    try {
      const begun = performance.now();
      const running = await startPods({ client, node: daemon.name, pods, say });
      const seconds = (performance.now() - begun) / 1000;
      await setTimeout(SETTLE_MS);
      const last = proxy.requests.at(-1);
      const cpuBefore = processorSeconds(daemon.pid);
      const restMs = short ? SHORT_REST_MS : REST_MS;
      await setTimeout(restMs);
      const asked = proxy.requests.slice(proxy.requests.lastIndexOf(/** @type {any} */ (last)) + 1);
      const cpu = processorSeconds(daemon.pid) - cpuBefore;
      const restMb = memoryMb(daemon.pid, 'VmRSS');
      const peakMb = memoryMb(daemon.pid, 'VmHWM');
      const streams = await streamsOf(cluster);
      const opened = (/** @type {keyof typeof streams} */ name) =>
        streams[name] - streamsBefore[name];
      const rows = [
        ['pods that run', running],
        ['seconds until they did', Math.round(seconds)],
        ['memory of the daemon without any, MB', emptyMb],
        ['memory of the daemon at rest, MB', restMb],
        ['its peak, MB', peakMb],
        ['watches of pods', opened('watches')],
        ['streams of output', opened('outputs')],
        ['requests a second at rest', Math.round((asked.length / restMs) * 10_000) / 10],
        ['CPU of the daemon at rest, %', Math.round((cpu / restMs) * 100_000)],
      ];
      const problems = [];
      if (running < pods) problems.push(`${running} of ${pods} pods run`);
      if (peakMb > MOST_MB) problems.push(`${peakMb} MB of at most ${MOST_MB}`);
      if (opened('watches') > 1)
        problems.push(`${opened('watches')} watches, where one serves all`);
      return {
        problems: receptor === 'ours' ? problems : [],
        text: table(['what', receptor], rows),
      };
    } finally {
      client.close();
      await daemon.stop();
      await proxy.close();
    }
  },
};

/**
 * Submits pods and waits until they run; gives how many do.
 *
 * @param {object} needs
 * @param {import('@receptorjs/control-client').ControlClient} needs.client
 * @param {string} needs.node
 * @param {number} needs.pods
 * @param {(line: string) => void} needs.say
 */
async function startPods({ client, node, pods, say }) {
  const pod = podOf(['sleep', '3600'], { spec: { hostNetwork: true } });
  let submitted = 0;
  const submitter = async () => {
    while (submitted < pods) {
      submitted += 1;
      await submitPod(client, node, pod);
    }
  };
  const submitting = Promise.all(Array.from({ length: SUBMITTED_AT_ONCE }, submitter));
  // it is awaited below, whatever happens
  submitting.catch(() => undefined);
  const begun = performance.now();
  let running = 0;
  for (let movedAt = begun; running < pods;) {
    await setTimeout(1_000);
    const units = [...(await client.workList(undefined, ANSWER)).values()];
    const now = units.filter(({ state }) => states[state] === 'Running').length;
    if (now > running) movedAt = performance.now();
    if (Math.floor(now / 50) > Math.floor(running / 50))
      say(`${now} pods, ${Math.round((performance.now() - begun) / 1000)} s`);
    running = now;
    const ended = units.find(({ state }) => state > 1);
    if (ended) throw new Error(`a unit ended: ${ended.detail}`);
    if (performance.now() - begun > START_MS || performance.now() - movedAt > STALL_MS) break;
  }
  await submitting;
  return running;
}

/** How many streams there are at the API server. @param {import('@receptorjs/tooling-kubernetes-cluster').Cluster} cluster */
async function streamsOf(cluster) {
  /** @type {string} */
  const metrics = await cluster.request('GET', '/metrics');
  const sum = (/** @type {RegExp} */ wanted) =>
    metrics
      .split('\n')
      .filter((line) => line.startsWith('apiserver_longrunning_requests{') && wanted.test(line))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  return {
    watches: sum(/resource="pods".*subresource="".*verb="WATCH"/),
    outputs: sum(/resource="pods".*subresource="(exec|log|attach)"/),
  };
}
