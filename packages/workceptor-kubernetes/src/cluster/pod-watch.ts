import { backoffDelay, errorText, type Logger } from '@receptorjs/primitives';
import { setTimeout as wait } from 'node:timers/promises';
import { KubernetesError } from '../errors.js';
import type { Pod } from '../objects.js';
import type { ClusterApi, Selector } from './cluster-api.js';
import { statusError } from './http.js';

/** Milliseconds between attempts. */
const AGAIN = { first: 500, longest: 30_000 };
/** Milliseconds after which all is listed again: an event that was lost on the way counts from then on. */
const RESYNC_MS = 300_000;
/** Milliseconds of a watch that is none. */
const SHORTEST_WATCH_MS = 1_000;
/** Bytes of the longest line of a watch: an object may have some 1.5 MiB. */
const MAX_LINE_BYTES = 4 * 2 ** 20;

/** A pod as it is now; `undefined` once it is known to be gone. */
export type PodListener = (pod: Pod | undefined) => void;

/** What is watched. */
export interface WatchedPods {
  readonly api: ClusterApi;
  readonly namespace: string;
  readonly selector: Selector;
  readonly log: Logger;
  /** All pods there are, at each list. */
  readonly onListed?: ((pods: readonly Pod[]) => void) | undefined;
  readonly now?: (() => number) | undefined;
}

/**
 * The pods of one namespace and login: one list, then one watch for all of them, for as long as somebody wants it. It alone writes its
 * fields.
 */
export class PodWatch {
  /** By name. */
  readonly #pods = new Map<string, Pod>();
  readonly #listeners = new Map<string, Set<PodListener>>();
  readonly #closed = new AbortController();
  /** Why nothing is known at the moment. */
  #problem: string | undefined;
  #isListed = false;
  readonly #ended: Promise<void>;

  constructor(private readonly options: WatchedPods) {
    this.#ended = this.#run();
  }

  /** Why the cluster can't be asked at the moment; nothing when it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Calls back with the pod of a name whenever it changes, and soon with what is known of it now. A pod that is not there counts as gone
   * once it was seen, or once it was listed without it after the call.
   *
   * @returns a call that ends it
   */
  listen(name: string, listener: PodListener): () => void {
    const all = this.#listeners.get(name) ?? new Set();
    all.add(listener);
    this.#listeners.set(name, all);
    const pod = this.#pods.get(name);
    if (pod) {
      queueMicrotask(() => {
        if (all.has(listener)) listener(this.#pods.get(name));
      });
    }
    return () => {
      all.delete(listener);
      if (all.size === 0) this.#listeners.delete(name);
    };
  }

  /** Takes in what somebody else has been told of a pod, such as the answer to its creation. */
  note(pod: Pod): void {
    const name = pod.metadata?.name ?? '';
    if (!this.#pods.has(name)) this.#set(pod);
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#ended;
  }

  #isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    let failures = 0;
    let version = '';
    let listedAt = Number.NEGATIVE_INFINITY;
    const now = this.options.now ?? ((): number => performance.now());
    while (!this.#isClosed()) {
      try {
        if (version === '' || now() - listedAt > RESYNC_MS) {
          version = await this.#list(signal);
          listedAt = now();
        }
        const begun = now();
        const next = await this.#watch(version, signal);
        // what takes a moment and brings nothing would be asked for again and again
        if (next === version && now() - begun < SHORTEST_WATCH_MS) {
          throw new KubernetesError('unreachable', 'the API server ends the watch at once');
        }
        version = next;
        failures = 0;
      } catch (error) {
        if (this.#isClosed()) return;
        if (error instanceof KubernetesError && error.code === 'gone') {
          version = '';
          continue;
        }
        failures += 1;
        this.#fail(errorText(error));
        const ms = backoffDelay(AGAIN, failures, Math.random());
        await wait(ms, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { api, namespace, selector, onListed } = this.options;
    // one who asks for a pod while the list is under way may have made it since
    const known = new Set([...this.#pods.keys(), ...this.#listeners.keys()]);
    const { items, resourceVersion } = await api.listPods(namespace, selector, signal);
    const names = new Set(items.map(({ metadata }) => metadata?.name ?? ''));
    for (const name of known) {
      if (!names.has(name)) this.#remove(name);
    }
    for (const pod of items) this.#set(pod);
    this.#isListed = true;
    this.#problem = undefined;
    onListed?.(items);
    return resourceVersion;
  }

  /** Follows the changes; gives the version to go on from once the API server has ended it. */
  async #watch(version: string, signal: AbortSignal): Promise<string> {
    const { api, namespace, selector } = this.options;
    const answer = await api.watchPods(namespace, selector, version, signal);
    this.#problem = undefined;
    let last = version;
    try {
      for await (const line of linesOf(answer)) {
        last = this.#take(line) ?? last;
      }
    } catch (error) {
      if (error instanceof KubernetesError) throw error;
      // a cut connection: what it brought counts
      if (last === version) {
        const message = `the watch was cut: ${errorText(error)}`;
        throw new KubernetesError('unreachable', message, { cause: error });
      }
    } finally {
      answer.destroy();
    }
    return last;
  }

  /** Takes in one change; gives the version that it brings. */
  #take(line: string): string | undefined {
    const change = parseChange(line);
    const { type, object } = change;
    if (type === 'ERROR') throw statusError(500, JSON.stringify(object));
    const { metadata } = object as Pod;
    if (type === 'DELETED') this.#remove(metadata?.name ?? '');
    else if (type === 'ADDED' || type === 'MODIFIED') this.#set(object);
    return metadata?.resourceVersion;
  }

  #set(pod: Pod): void {
    const name = pod.metadata?.name ?? '';
    this.#pods.set(name, pod);
    this.#tell(name, pod);
  }

  #remove(name: string): void {
    this.#pods.delete(name);
    this.#tell(name, undefined);
  }

  #tell(name: string, pod: Pod | undefined): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(pod);
  }

  #fail(why: string): void {
    if (why === this.#problem) return;
    const { log, namespace } = this.options;
    this.#problem = why;
    const what = this.#isListed ? 'followed' : 'listed';
    log.warning(`pods of namespace ${namespace} can't be ${what}: ${why}`);
    for (const [name, listeners] of this.#listeners) {
      const pod = this.#pods.get(name);
      if (pod) for (const listener of [...listeners]) listener(pod);
    }
  }
}

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
  throw new KubernetesError('bad-answer', 'the API server sends a change that is none');
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncIterable<string> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    let start = 0;
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, start)) {
      const line = Buffer.concat([...held, piece.subarray(start, at)]).toString();
      held = [];
      length = 0;
      start = at + 1;
      if (line.trim() !== '') yield line;
    }
    const rest = piece.subarray(start);
    length += rest.length;
    if (length > MAX_LINE_BYTES) {
      const message = `the API server sends a change of more than ${MAX_LINE_BYTES} bytes`;
      throw new KubernetesError('bad-answer', message);
    }
    if (rest.length > 0) held.push(rest);
  }
}
