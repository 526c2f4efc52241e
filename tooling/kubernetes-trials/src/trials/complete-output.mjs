import { rm } from 'node:fs/promises';
import { FaultProxy } from '@receptorjs/tooling-kubernetes-cluster';
import { digestOfLines, LINE_BYTES, lineWriter } from '../counted-lines.mjs';
import { fileDigest } from '../file-digest.mjs';
import { podAction, podDaemon, podOf, stdoutPath } from '../pod-node.mjs';
import { processorSeconds } from '../processor-time.mjs';
import { table } from '../table.mjs';
import { states, submitPod, unitEnd } from '../units.mjs';

/** Streams that are cut, and milliseconds that each lives. @type {import('@receptorjs/tooling-kubernetes-cluster').FaultRule} */
const cutStreams = {
  verb: ['exec', 'log', 'attach', 'watch'],
  fault: { cutAfterMs: [2_000, 5_000] },
};
/** The slowest that is waited for, in bytes a millisecond, and milliseconds for what is not output. */
const SLOWEST = 500;
const AROUND_MS = 120_000;

/**
 * Pods that write much, with their logs rotated all the time and each stream from the API server cut after some seconds: whether
 * each byte is there in the end.
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
    const proxy = await FaultProxy.start(cluster, { seed });
    proxy.add(cutStreams);
    const kubeconfig = proxy.kubeconfig(cluster.kubeconfig);
    const namespace = await cluster.namespace('output');
    const fields = receptor === 'ours' ? { outputspool: options.text('spool', 'auto') } : undefined;
    const action = podAction({ kubeconfig, namespace, fields });
    const daemon = podDaemon({ receptor, name: receptor, folder, actions: [action] });
    daemon.start();
    const client = await daemon.control();
    const lines = Math.ceil(bytes / LINE_BYTES);
    /** @type {(string | number)[][]} */
    const rows = [];
    /** @type {string[]} */
    const problems = [];
    const one = async (/** @type {number} */ at) => {
      const name = `u${at}`;
      const begun = performance.now();
      const unitId = await submitPod(client, daemon.name, podOf(lineWriter(name, lines)));
      const timeoutMs = AROUND_MS + (bytes * parallel) / SLOWEST;
      const { state, detail } = await unitEnd(client, unitId, timeoutMs);
      const seconds = (performance.now() - begun) / 1000;
      const got = await fileDigest(stdoutPath(daemon, unitId));
      const isEqual = got.sha256 === digestOfLines(name, lines);
      const speed = got.bytes / 1e6 / seconds;
      rows.push([
        at,
        states[state] ?? '',
        isEqual ? 'equal' : 'differs',
        got.bytes,
        round(seconds),
        round(speed),
      ]);
      say(
        `${name}: ${states[state]} (${detail}), ${got.bytes} of ${lines * LINE_BYTES} bytes, ${isEqual ? 'equal' : 'differs'}, ${round(seconds)} s`,
      );
      if (!isEqual || states[state] !== 'Succeeded')
        problems.push(
          `${name}: ${states[state]}, ${detail}, ${got.bytes} of ${lines * LINE_BYTES} bytes`,
        );
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
      return {
        problems,
        text: [
          table(['run', 'state', 'digest', 'bytes', 's', 'MB/s'], rows),
          `${receptor}: ${equal} of ${runs} digests equal; ${got} of ${runs * lines * LINE_BYTES} bytes in ${round(seconds)} s (${round(got / 1e6 / seconds)} MB/s), ${parallel} pods at once, ${streams(proxy)} streams; ${round(cpu)} s of CPU in the daemon (${round((cpu * 1e9) / got)} s a GB), seed ${seed}`,
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

/** How many streams there were. */
const streams = (/** @type {FaultProxy} */ { requests }) =>
  requests.filter(({ fault }) => fault === cutStreams.fault).length;

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;
