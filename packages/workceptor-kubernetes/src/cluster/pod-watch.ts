import { backoffDelay, errorText, type Logger } from '@receptorjs/primitives';
import { foreignText } from '@receptorjs/workceptor/internal';
import { setTimeout as wait } from 'node:timers/promises';
import { isNotFound, KubernetesError } from '../errors.js';
import type { Pod } from './objects.js';
import { parsePod, versionOf } from './parse-objects.js';
import type { ClusterApi, Selector } from './cluster-api.js';
import { statusError } from './http.js';
import { linesOf } from './lines.js';

/** Milliseconds between attempts. */
const AGAIN = { first: 500, longest: 30_000 };
/** Milliseconds after which all is listed again: an event that was lost on the way counts from then on. */
const RESYNC_MS = 300_000;
/** The same while somebody waits for a change that should have come. */
const HASTENED_MS = 10_000;
/** Milliseconds of a watch that is none, and seconds of the shortest one that is asked for. */
const SHORTEST_WATCH_MS = 1_000;
const SHORTEST_WATCH_SECONDS = 5;

/** A pod as it is now; `undefined` once it is known to be gone. */
export type PodListener = (pod: Pod | undefined) => void;

/** What is watched. */
export interface WatchedPods {
  readonly api: ClusterApi;
  readonly namespace: string;
  readonly selector: Selector;
  readonly log: Logger;
  /** All pods there are, at each list, some at a time. */
  readonly onListed?: ((pods: readonly Pod[]) => void) | undefined;
  readonly now?: (() => number) | undefined;
}

/**
 * The pods of one namespace and login: one list, then one watch for all of them, for as long as somebody wants it. Of each pod that comes,
 * only those are kept that somebody has asked for, and only they are told. It alone writes its fields.
 */
export class PodWatch {
  /** By name; of those only that are listened to or expected. */
  readonly #pods = new Map<string, Pod>();
  readonly #listeners = new Map<string, Set<PodListener>>();
  /** Names of pods that are being made, and by how many. */
  readonly #expected = new Map<string, number>();
  /** Those of them that are gone again. */
  readonly #gone = new Set<string>();
  /** Names of pods that were asked for, and of which nothing else has told since. */
  readonly #asked = new Set<string>();
  readonly #closed = new AbortController();
  /** Why nothing is known at the moment. */
  #problem: string | undefined;
  #isListed = false;
  /** Whether a change has come since a version was last gone: without any, the next one will be gone as well. */
  #hasHeard = true;
  #isListing = true;
  /** When all was listed last, as `now` tells; written by `#run` only. */
  #listedAt = Number.NEGATIVE_INFINITY;
  /** How many wait for a change that should have come; written by `hasten` only. */
  #hastened = 0;
  /** Ends the watch that is under way, so that all is listed again; written by `#watch` only. */
  #shortening = new AbortController();
  readonly #ended: Promise<void>;

  constructor(private readonly options: WatchedPods) {
    this.#ended = this.#run().catch((error: unknown) => {
      this.options.log.error(`pods of namespace ${options.namespace}: ${errorText(error)}`);
    });
  }

  /** Why the cluster can't be asked at the moment; nothing when it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Calls back with the pod of a name whenever it changes, and soon with what is known of it now. A pod that is not there counts as gone
   * once it was seen, or once it was asked for after the call without being there. What a listener throws is logged.
   *
   * @returns a call that ends it
   */
  listen(name: string, listener: PodListener): () => void {
    const all = this.#listeners.get(name) ?? new Set();
    all.add(listener);
    this.#listeners.set(name, all);
    if (this.#pods.has(name)) {
      queueMicrotask(() => {
        if (all.has(listener)) this.#call(listener, this.#pods.get(name));
      });
    } else if (!this.#isListing) void this.#ask(name);
    return () => {
      all.delete(listener);
      if (all.size === 0) this.#listeners.delete(name);
      this.#forget(name);
    };
  }

  /**
   * Keeps what comes of a pod that is being made: its first changes may be here before the answer to its creation.
   *
   * @returns a call that ends it
   */
  expect(name: string): () => void {
    this.#expected.set(name, (this.#expected.get(name) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const others = (this.#expected.get(name) ?? 1) - 1;
      if (others > 0) this.#expected.set(name, others);
      else this.#expected.delete(name);
      this.#forget(name);
    };
  }

  /** Takes in what somebody else has been told of a pod that is expected or listened to, such as the answer to its creation. */
  note(pod: Pod): void {
    const name = nameOf(pod);
    if (!this.#pods.has(name) && !this.#gone.has(name)) this.#set(pod);
  }

  /**
   * Lists all each ten seconds while somebody waits for a change that should have come: an event may have been lost on the way.
   *
   * @returns a call that ends it
   */
  hasten(): () => void {
    this.#hastened += 1;
    const age = (): number => this.#now() - this.#listedAt;
    const due = setTimeout(
      () => {
        // the watches from now on are short by themselves
        if (age() >= HASTENED_MS) this.#shortening.abort();
      },
      Math.max(0, HASTENED_MS - age()),
    );
    let isOver = false;
    return () => {
      clearTimeout(due);
      if (!isOver) this.#hastened -= 1;
      isOver = true;
    };
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#ended;
  }

  #isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  #now(): number {
    return this.options.now?.() ?? performance.now();
  }

  /** Milliseconds from one list to the next. */
  get #resyncMs(): number {
    return this.#hastened > 0 ? HASTENED_MS : RESYNC_MS;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    let failures = 0;
    let version = '';
    while (!this.#isClosed()) {
      try {
        if (version === '' || this.#now() - this.#listedAt >= this.#resyncMs) {
          version = '';
          version = await this.#list(signal);
          this.#listedAt = this.#now();
        }
        const begun = this.#now();
        const left = Math.ceil((this.#resyncMs - (begun - this.#listedAt)) / 1_000);
        const seconds = Math.max(left, SHORTEST_WATCH_SECONDS);
        const next = await this.#watch(version, seconds, signal);
        // what takes a moment and brings nothing would be asked for again and again
        const isShort = this.#now() - begun < SHORTEST_WATCH_MS;
        if (next === version && isShort && !this.#shortening.signal.aborted) {
          throw new KubernetesError('unreachable', 'the API server ends the watch at once');
        }
        version = next;
        failures = 0;
      } catch (error) {
        if (this.#isClosed()) return;
        const code = error instanceof KubernetesError ? error.code : undefined;
        const wasListed = version !== '';
        // what can't be understood once is not asked for again
        if (code === 'gone' || code === 'bad-answer') version = '';
        const isOld = this.#now() - this.#listedAt >= SHORTEST_WATCH_MS;
        if (code === 'gone' && wasListed && isOld && this.#hasHeard) {
          this.#hasHeard = false;
          continue;
        }
        failures += 1;
        this.#fail(foreignText(errorText(error)));
        const ms = backoffDelay(AGAIN, failures, Math.random());
        await wait(ms, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { api, namespace, selector, onListed } = this.options;
    this.#isListing = true;
    // one who asks for a pod while the list is under way may have made it since
    const known = new Set([...this.#pods.keys(), ...this.#listeners.keys()]);
    const found = new Set<string>();
    const take = (pods: readonly Pod[]): void => {
      this.#problem = undefined;
      for (const pod of pods) {
        if (!this.#isWanted(nameOf(pod))) continue;
        found.add(nameOf(pod));
        this.#set(pod);
      }
      onListed?.(pods);
    };
    const version = await api.listPods(namespace, selector, take, signal);
    this.#isListing = false;
    this.#isListed = true;
    for (const name of known) {
      if (!found.has(name)) this.#remove(name);
    }
    for (const name of this.#listeners.keys()) {
      if (!known.has(name) && !this.#pods.has(name)) void this.#ask(name);
    }
    return version;
  }

  /** Asks for one pod, which somebody listens to and which no list and no change has told of. */
  async #ask(name: string): Promise<void> {
    const { api, namespace } = this.options;
    this.#asked.add(name);
    try {
      const pod = await api.getPod(namespace, name, this.#closed.signal);
      // what a change has told since is newer: it may be gone again
      if (this.#asked.has(name) && this.#isWanted(name)) this.note(pod);
    } catch (error) {
      // otherwise the next list tells
      if (isNotFound(error) && this.#asked.has(name)) this.#remove(name);
    } finally {
      this.#asked.delete(name);
    }
  }

  /** Follows the changes for so many seconds; gives the version to go on from once the API server has ended it. */
  async #watch(version: string, seconds: number, signal: AbortSignal): Promise<string> {
    const { api, namespace, selector } = this.options;
    const from = { resourceVersion: version, seconds };
    this.#shortening = new AbortController();
    const shortened = this.#shortening.signal;
    const either = AbortSignal.any([signal, shortened]);
    const answer = await api
      .watchPods(namespace, selector, from, either)
      .catch((error: unknown) => {
        if (shortened.aborted) return undefined;
        throw error;
      });
    if (answer === undefined) return version;
    this.#setProblem(undefined);
    let last = version;
    try {
      for await (const line of linesOf(answer as AsyncIterable<Buffer>)) {
        last = this.#take(line) || last;
      }
    } catch (error) {
      if (error instanceof KubernetesError) throw error;
      // a cut connection: what it brought counts
      if (last === version && !shortened.aborted) {
        const message = `the watch was cut: ${errorText(error)}`;
        throw new KubernetesError('unreachable', message, { cause: error });
      }
    } finally {
      answer.destroy();
    }
    return last;
  }

  /** Takes in one change; gives the version that it brings. */
  #take(line: string): string {
    const { type, object } = parseChange(line);
    if (type === 'ERROR') throw statusError(500, JSON.stringify(object));
    this.#hasHeard = true;
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
      const pod = parsePod(object);
      if (pod === undefined) throw notAChange('of a pod without a name or without an uid');
      // what was last seen of a pod that is deleted tells how it had ended
      this.#set(pod);
      if (type === 'DELETED') this.#remove(nameOf(pod));
    }
    return versionOf(object);
  }

  #isWanted(name: string): boolean {
    return this.#listeners.has(name) || this.#expected.has(name);
  }

  #set(pod: Pod): void {
    const name = nameOf(pod);
    this.#asked.delete(name);
    if (!this.#isWanted(name)) return;
    this.#pods.set(name, pod);
    this.#tell(name, pod);
  }

  #remove(name: string): void {
    this.#asked.delete(name);
    this.#pods.delete(name);
    if (this.#expected.has(name)) this.#gone.add(name);
    this.#tell(name, undefined);
  }

  #forget(name: string): void {
    if (!this.#expected.has(name)) this.#gone.delete(name);
    if (!this.#isWanted(name)) this.#pods.delete(name);
  }

  #tell(name: string, pod: Pod | undefined): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) this.#call(listener, pod);
  }

  #call(listener: PodListener, pod: Pod | undefined): void {
    try {
      listener(pod);
    } catch (error) {
      this.options.log.error(
        `pods of namespace ${this.options.namespace}: ${foreignText(errorText(error))}`,
      );
    }
  }

  #fail(why: string): void {
    if (why === this.#problem) return;
    const { log, namespace } = this.options;
    const what = this.#isListed ? 'followed' : 'listed';
    log.warning(`pods of namespace ${namespace} can't be ${what}: ${why}`);
    this.#setProblem(why);
  }

  /** Who listens shows it. */
  #setProblem(why: string | undefined): void {
    if (why === this.#problem) return;
    this.#problem = why;
    for (const name of this.#listeners.keys()) {
      const pod = this.#pods.get(name);
      if (pod) this.#tell(name, pod);
    }
  }
}

const nameOf = ({ metadata }: Pod): string => metadata?.name ?? '';

interface Change {
  readonly type: string;
  readonly object: object;
}

function parseChange(line: string): Change {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'type' in value && 'object' in value) {
      const { type, object } = value;
      if (typeof type === 'string' && typeof object === 'object' && object !== null) {
        return { type, object };
      }
    }
  } catch {
    // said below
  }
  throw notAChange('that is none');
}

const notAChange = (what: string): KubernetesError =>
  new KubernetesError('bad-answer', `the API server sends a change ${what}`);
