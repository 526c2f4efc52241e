import { rm } from 'node:fs/promises';
import { FaultProxy } from '@receptorjs/tooling-kubernetes-cluster';
import { digestOfLines, LINE_BYTES, lineWriter } from '../counted-lines.mjs';
import { fileDigest } from '../file-digest.mjs';
import { outputProblem } from '../output-problem.mjs';
import { podAction, podDaemon, podOf, stdoutPath } from '../pod-node.mjs';
import { processorSeconds } from '../processor-time.mjs';
import { table } from '../table.mjs';
import { states, submitPod, unitEnd } from '../units.mjs';

/** Milliseconds that each stream lives. @type {import('@receptorjs/tooling-kubernetes-cluster').Fault} */
const cutLater = { cutAfterMs: [2_000, 5_000] };
/** In the short form a pod may have ended before: those of output are cut behind this part of it as well. */
const SHORT_PART = 1 / 3;
/** Seconds that a pod takes to write in the short form, where its log must be rotated meanwhile: the kubelet looks each three. */
const ROTATING_SECONDS = 12;
/** The slowest that is waited for, in bytes a millisecond, and milliseconds for what is not output. */
const SLOWEST = 500;
const AROUND_MS = 120_000;
const LABEL = 'trial.example/run';
/** @type {readonly string[]} */
const OUTPUT = ['exec', 'log'];

/**
 * Pods that write much, with their logs rotated all the time and each stream from the API server cut after some seconds: whether
 * each byte is there in the end. With `--spool never` it can't be for all of them: then a unit whose output is not complete must say so.
 *
 * @type {import('../run-trial.mjs').Trial}
 */
export default {
  cluster: { logMaxSize: '1Mi', logMaxFiles: 3, logMonitorInterval: '3s' },
  async run({ cluster, folder, options, say }) {
    const { short, receptor } = options;
    const runs = options.number('runs', short ? 3 : 20);
    const bytes = options.number('bytes', short ? 16 * 2 ** 20 : 2 ** 30);
    const parallel = options.number('parallel', short ? 3 : 2);
    const seed = options.number('seed', 1);
    const spool = options.text('spool', 'auto');
    const byLog = receptor !== 'ours' || spool === 'never';
    const proxy = await FaultProxy.start(cluster, { seed });
    const cutAfterBytes = short ? Math.ceil(bytes * SHORT_PART) : undefined;
    const ofOutput = cutAfterBytes === undefined ? cutLater : { ...cutLater, cutAfterBytes };
    proxy.add({ verb: ['exec', 'log'], fault: ofOutput });
    proxy.add({ verb: ['attach', 'watch'], fault: cutLater });
    const kubeconfig = proxy.kubeconfig(cluster.kubeconfig);
    const namespace = await cluster.namespace('output');
    const fields = receptor === 'ours' ? { outputspool: spool } : undefined;
    const action = podAction({ kubeconfig, namespace, fields });
    const daemon = podDaemon({ receptor, name: receptor, folder, actions: [action] });
    daemon.start();
    const client = await daemon.control();
    const lines = Math.ceil(bytes / LINE_BYTES);
    const aSecond = short && byLog ? Math.ceil(lines / ROTATING_SECONDS) : undefined;
    /** @type {(string | number)[][]} */
    const rows = [];
    /** @type {string[]} */
    const problems = [];
    const one = async (/** @type {number} */ at) => {
      const name = `u${at}`;
      const begun = performance.now();
      const metadata = { labels: { [LABEL]: name } };
      const pod = podOf(lineWriter(name, lines, aSecond), { metadata });
      const unitId = await submitPod(client, daemon.name, pod);
      const timeoutMs = AROUND_MS + (bytes * parallel) / SLOWEST;
      const { state, detail, report } = await unitEnd(client, unitId, timeoutMs);
      const seconds = (performance.now() - begun) / 1000;
      const got = await fileDigest(stdoutPath(daemon, unitId));
      const isEqual = got.sha256 === digestOfLines(name, lines);
      const podName = await podOfRun(cluster, namespace, name);
      const cuts = proxy.requests.filter(
        ({ verb, url, isCut }) => isCut && OUTPUT.includes(verb) && url.includes(`/${podName}/`),
      ).length;
      const rotated = podName === undefined ? 0 : cluster.rotatedLogs(namespace, podName);
      const stateName = states[state] ?? '';
      rows.push([
        at,
        stateName,
        isEqual ? 'equal' : 'differs',
        got.bytes,
        cuts,
        round(seconds),
        round(got.bytes / 1e6 / seconds),
      ]);
      const seen = { state: stateName, code: report?.errorCode, isEqual, cuts, rotated };
      const problem = outputProblem(seen, { byLog });
      const summary = `${stateName} (${detail}), ${got.bytes} of ${lines * LINE_BYTES} bytes, ${isEqual ? 'equal' : 'differs'}, ${cuts} cuts, ${round(seconds)} s`;
      say(`${name}: ${summary}`);
      // the other one is measured, not judged
      if (problem !== undefined && receptor === 'ours')
        problems.push(`${name}: ${problem}: ${summary}`);
      await client.workRelease(unitId);
    };
    const begun = performance.now();
    try {
      let next = 0;
      const worker = async () => {
        while (next < runs) await one(next++);
      };
      await Promise.all(Array.from({ length: parallel }, worker));
      const seconds = (performance.now() - begun) / 1000;
      const cpu = processorSeconds(daemon.pid);
      const equal = rows.filter((row) => row[2] === 'equal').length;
      const got = rows.reduce((sum, row) => sum + Number(row[3]), 0);
      rows.sort((a, b) => Number(a[0]) - Number(b[0]));
      const cuts = [...proxy.cuts.values()].reduce((sum, count) => sum + count, 0);
      return {
        problems,
        text: [
          table(['run', 'state', 'digest', 'bytes', 'cuts', 's', 'MB/s'], rows),
          `${receptor}: ${equal} of ${runs} digests equal; ${got} of ${runs * lines * LINE_BYTES} bytes in ${round(seconds)} s (${round(got / 1e6 / seconds)} MB/s), ${parallel} pods at once, ${cuts} streams cut; ${round(cpu)} s of CPU in the daemon (${round((cpu * 1e9) / got)} s a GB), seed ${seed}`,
        ].join('\n'),
      };
    } finally {
      client.close();
      await daemon.stop();
      await proxy.close();
      await rm(daemon.dataDir, { recursive: true, force: true });
    }
  },
};

/**
 * The name of a run's pod; undefined once it is gone.
 *
 * @param {import('@receptorjs/tooling-kubernetes-cluster').Cluster} cluster
 * @param {string} namespace
 * @param {string} run
 * @returns {Promise<string | undefined>}
 */
async function podOfRun(cluster, namespace, run) {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(`${LABEL}=${run}`)}`;
  const [pod] = (await cluster.request('GET', path)).items;
  return pod?.metadata.name;
}

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;
