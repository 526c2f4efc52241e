import { setTimeout } from 'node:timers/promises';
import { until } from '@receptorjs/tooling-attacks/until';
import { persist } from '@receptorjs/tooling-crash-matrix/client';
import { randomOf } from '@receptorjs/tooling-crash-matrix/random';

/**
 * How long things go well, in milliseconds.
 *
 * @typedef {object} Pace
 * @property {Pause} daemon from when a daemon answers to its kill
 * @property {Pause} api from when a job has ended after a kill of the API server
 * @property {Pause} answer between two answers that are spoilt
 *
 * @typedef {{ least: number, most: number }} Pause
 */

/** @type {Pace} */
export const longPace = {
  daemon: { least: 5_000, most: 60_000 },
  api: { least: 15_000, most: 40_000 },
  answer: { least: 500, most: 3_000 },
};
/** So that all that can happen does within seconds. @type {Pace} */
export const shortPace = {
  daemon: { least: 4_000, most: 12_000 },
  api: { least: 3_000, most: 20_000 },
  answer: longPace.answer,
};
/**
 * Milliseconds in which a job ends after a kill of the API server, or there is another one: the scheduler takes up to a minute to come back, and one that is
 * cut off again before that never schedules anything.
 */
const BACK_MS = 90_000;
/** Milliseconds that streams live. */
const STREAM_MS = /** @type {const} */ ([500, 6_000]);

/** @type {import('@receptorjs/tooling-kubernetes-cluster').FaultRule} */
const cutStreams = { verb: ['exec', 'log', 'watch'], fault: { cutAfterMs: STREAM_MS } };

/** What is done to a single request of those that come next. @type {import('@receptorjs/tooling-kubernetes-cluster').FaultRule[]} */
const spoilt = [
  { verb: 'create', fault: { loseAnswer: true } },
  { verb: 'create', fault: { status: 503 } },
  { verb: 'create', fault: { status: 429, retryAfterSeconds: 1 } },
  { verb: 'create', fault: { status: 500 } },
  { verb: 'delete', fault: { status: 500 } },
  { verb: 'delete', fault: { loseAnswer: true } },
  { verb: 'get', fault: { status: 503 } },
  { verb: 'list', fault: { status: 500 } },
  { verb: 'watch', fault: { watch: { goneAfter: 0 } } },
  { verb: 'watch', fault: { watch: { delayMs: 2_000 } } },
  { verb: 'exec', fault: { status: 500 } },
  { verb: 'exec', fault: { cutAfterBytes: 10_000 } },
  { verb: 'log', fault: { cut: 'end', cutAfterBytes: 10_000 } },
];

/** Lets a daemon and its cluster have a bad day until it is stopped. It alone counts what it has done. */
export class Troubles {
  #over = new AbortController();
  /** @type {Promise<unknown> | undefined} */
  #running;
  /** What is to be done to the next request. @type {import('@receptorjs/tooling-kubernetes-cluster').Fault | undefined} */
  #spoiling;
  counts = { daemonKills: 0, apiKills: 0, spoiltAnswers: 0 };

  /**
   * @param {object} victims
   * @param {import('@receptorjs/tooling-crash-matrix/supervised-daemon').SupervisedDaemon} victims.daemon
   * @param {import('@receptorjs/tooling-kubernetes-cluster').Cluster} victims.cluster
   * @param {import('@receptorjs/tooling-kubernetes-cluster').FaultProxy} victims.proxy
   * @param {() => number} victims.ended how many jobs have
   * @param {number} seed
   * @param {Pace} pace
   */
  constructor({ daemon, cluster, proxy, ended }, seed, pace) {
    this.daemon = daemon;
    this.cluster = cluster;
    this.proxy = proxy;
    this.ended = ended;
    this.random = randomOf(seed);
    this.pace = pace;
  }

  begin() {
    this.proxy.add(cutStreams);
    this.#running = Promise.all([
      this.#each(this.pace.daemon, () => this.#killDaemon()),
      this.#each(this.pace.api, () => this.#killApi()),
      this.#each(this.pace.answer, () => this.#spoil()),
    ]);
  }

  /** What has not happened yet, though it should have. */
  get missing() {
    return Object.entries(this.counts).flatMap(([what, count]) => (count === 0 ? [what] : []));
  }

  /** From now on all is well. */
  async end() {
    this.#over.abort();
    await this.#running;
    this.#countSpoilt();
    this.proxy.clear();
  }

  async #killDaemon() {
    this.daemon.kill();
    this.counts.daemonKills += 1;
    // on a busy machine it takes a while to come up: one that is killed before that gets nothing done
    await persist(this.daemon.daemon.socket, 'the daemon', (client) => client.status(['NodeID']));
  }

  async #killApi() {
    this.counts.apiKills += 1;
    await this.cluster.restartApiServer({ signal: 'SIGKILL' });
    const before = this.ended();
    const { signal } = this.#over;
    const goesOn = () => signal.aborted || this.ended() > before || undefined;
    await until('the end of a job', goesOn, BACK_MS).catch(() => undefined);
  }

  #spoil() {
    const rule = spoilt[Math.floor(this.random() * spoilt.length)];
    if (rule === undefined) return;
    this.#countSpoilt();
    // the first rule that matches counts: those of single requests stand before that of all streams
    this.proxy.clear();
    this.proxy.add({ ...rule, times: 1, fault: (this.#spoiling = { ...rule.fault }) });
    this.proxy.add(cutStreams);
  }

  /** The last one, if a request has come for it since. */
  #countSpoilt() {
    const wanted = this.#spoiling;
    this.#spoiling = undefined;
    if (wanted !== undefined && this.proxy.met(wanted) > 0) this.counts.spoiltAnswers += 1;
  }

  /**
   * @param {{ least: number, most: number }} pause
   * @param {() => Promise<void> | void} act
   */
  async #each({ least, most }, act) {
    const { signal } = this.#over;
    for (;;) {
      const ms = least + this.random() * (most - least);
      await setTimeout(ms, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await act();
    }
  }
}
