import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { KubernetesError } from '../errors.js';
import { WORKER, type ClusterEvent, type Pod } from './objects.js';
import { parseEvents, parsePod, versionOf } from './parse-objects.js';
import { Connections, wholeAnswer, type HttpRequest } from './http.js';
import type { ClusterLogin, LoginOptions } from './login.js';
import type { RequestLimit } from './request-limit.js';

/** Attempts of a request that is asked to come again later, and milliseconds between them where it is not said how long. */
const BUSY_ATTEMPTS = 4;
const BUSY_MS = 1_000;

/** Pods of one page of a list: a megabyte or so, which takes some milliseconds to read. And pages of the longest list that is read. */
const PAGE = 100;
const MAX_PAGES = 1_000;

/** Milliseconds for which it is known what a login may do, and namespaces for which it is. */
const ACCESS_MS = 5 * 60_000;
const MAX_NAMESPACES = 1_000;

/** Seconds that a watch may take longer than was asked for until it counts as one that has died unnoticed. */
const WATCH_LATE_SECONDS = 30;
/** Lines of the end of a log that are asked for. */
const TAIL_LINES = '50';

/** Where streams of a container are, and what logs in there. */
export interface ChannelAddress {
  readonly url: URL;
  readonly login: LoginOptions;
}

/** What is asked for of a log. */
export interface LogRequest {
  readonly follow: boolean;
  /** Of what time on, in whole seconds. */
  readonly sinceTime?: string | undefined;
}

/** The requests to one cluster with one login. Each waits for its turn, logs in anew when it is refused, and comes later when it is asked to. */
export class ClusterApi {
  readonly #server: URL;
  readonly #connections: Connections;
  /** Whether commands may be run, by namespace; written by `mayExecute` only. */
  readonly #access = new Map<
    string,
    { readonly isAllowed: Promise<boolean>; readonly until: number }
  >();

  /** @throws {KubernetesError} `bad-config` */
  constructor(
    private readonly login: ClusterLogin,
    private readonly limit: RequestLimit,
  ) {
    this.#server = login.server;
    this.#connections = new Connections(this.#server);
  }

  /** The address of the API server, for people. */
  get host(): string {
    return this.#server.host;
  }

  /** Whether this is the API server that it asks. */
  isOf(server: URL): boolean {
    return this.#server.href === server.href;
  }

  /** @throws {KubernetesError} */
  async getPod(namespace: string, name: string, signal?: AbortSignal): Promise<Pod> {
    return podIn(await this.#object('GET', podPath(namespace, name), { signal }));
  }

  /**
   * @param patience ends waits before the request; the request itself is answered, or not, before this rejects
   * @throws {KubernetesError}; the signal's reason
   */
  async createPod(namespace: string, pod: object, patience?: AbortSignal): Promise<Pod> {
    const body = JSON.stringify(pod);
    return podIn(await this.#object('POST', podPath(namespace), { body, patience }));
  }

  /**
   * Deletes a pod. Without an error it is gone, or on its way out.
   *
   * @param uid of the pod that is meant: another one of the same name stays
   * @throws {KubernetesError} `not-found`, and others
   */
  async deletePod(
    namespace: string,
    name: string,
    { uid, signal }: { readonly uid?: string | undefined; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const body = uid === undefined ? undefined : JSON.stringify({ preconditions: { uid } });
    await this.#object('DELETE', podPath(namespace, name), { body, signal });
  }

  /**
   * All pods with a label, as they were at one moment.
   *
   * @param onPage takes some of them at a time
   * @returns the version of the list, from which a watch goes on
   */
  async listPods(
    namespace: string,
    selector: Selector,
    onPage: (pods: readonly Pod[]) => void,
    signal?: AbortSignal,
  ): Promise<string> {
    let token = '';
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const page = await this.#object('GET', podPath(namespace), {
        query: { ...selector, limit: String(PAGE), ...(token !== '' && { continue: token }) },
        signal,
      });
      const { items, metadata } = page as { readonly items?: unknown; readonly metadata?: unknown };
      if (!Array.isArray(items)) throw badAnswer('a list of pods without items');
      onPage(items.map(podIn));
      token = tokenIn(metadata);
      if (token !== '') continue;
      const version = versionOf(page);
      if (version === '') throw badAnswer('a list of pods without a resourceVersion');
      return version;
    }
    throw badAnswer(`a list of pods of more than ${MAX_PAGES} pages`);
  }

  /**
   * The changes of pods from a version on: JSON, an object a line.
   *
   * @param seconds after which the API server ends it
   */
  watchPods(
    namespace: string,
    selector: Selector,
    { resourceVersion, seconds }: { readonly resourceVersion: string; readonly seconds: number },
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const query = {
      ...selector,
      watch: 'true',
      resourceVersion,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(seconds),
    };
    // one that has died unnoticed would wait for ever
    const late = AbortSignal.timeout((seconds + WATCH_LATE_SECONDS) * 1_000);
    return this.#stream(podPath(namespace), query, AbortSignal.any([signal, late]));
  }

  /** What has happened to a pod, the last thing last. */
  async podEvents(
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<readonly ClusterEvent[]> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    const query = { fieldSelector: `involvedObject.name=${name}`, limit: String(PAGE) };
    return parseEvents(await this.#object('GET', path, { query, signal }), name);
  }

  /** The log of the worker, with a time stamp before each line. */
  podLog(
    namespace: string,
    name: string,
    { follow, sinceTime }: LogRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const query = {
      container: WORKER,
      timestamps: 'true',
      ...(follow && { follow: 'true' }),
      ...(sinceTime !== undefined && { sinceTime }),
    };
    return this.#stream(`${podPath(namespace, name)}/log`, query, signal);
  }

  /**
   * The last lines of the worker's log, without time stamps.
   *
   * @param maxBytes the last of them; `limitBytes` of the API would give the first
   */
  async logTail(
    namespace: string,
    name: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<string> {
    const query = { container: WORKER, tailLines: TAIL_LINES };
    const answer = await this.#stream(`${podPath(namespace, name)}/log`, query, signal);
    let last = Buffer.alloc(0);
    for await (const piece of answer as AsyncIterable<Buffer>) {
      const kept = Buffer.concat([last, piece]);
      last = kept.subarray(Math.max(0, kept.length - maxBytes));
    }
    return last.toString();
  }

  /** Where stdin of the worker is attached to, and what logs in there. Waits for its turn. */
  attachment(namespace: string, name: string, signal: AbortSignal): Promise<ChannelAddress> {
    // with stdin alone the kubelet ends the connection after the first piece of it
    const query = new URLSearchParams({ container: WORKER, stdin: 'true', stderr: 'true' });
    return this.#channels(`${podPath(namespace, name)}/attach`, query, signal);
  }

  /** Where a command is run in the worker, and what logs in there. Waits for its turn. */
  execution(
    namespace: string,
    name: string,
    command: readonly string[],
    signal: AbortSignal,
  ): Promise<ChannelAddress> {
    const streams = { stdin: 'true', stdout: 'true', stderr: 'true' };
    const query = new URLSearchParams({ container: WORKER, ...streams });
    for (const word of command) query.append('command', word);
    return this.#channels(`${podPath(namespace, name)}/exec`, query, signal);
  }

  /** Whether this login may run commands in the pods of a namespace, as the API server says itself; an answer is used for some minutes. */
  mayExecute(namespace: string): Promise<boolean> {
    const known = this.#access.get(namespace);
    if (known && performance.now() < known.until) return known.isAllowed;
    if (this.#access.size >= MAX_NAMESPACES) this.#access.clear();
    const isAllowed = this.#askAccess(namespace);
    this.#access.set(namespace, { isAllowed, until: performance.now() + ACCESS_MS });
    isAllowed.catch(() => this.#access.delete(namespace));
    return isAllowed;
  }

  async #askAccess(namespace: string): Promise<boolean> {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    // by WebSocket it takes the one, and from some version on the other as well
    const answers = ['get', 'create'].map(async (verb) => {
      const resourceAttributes = { namespace, verb, resource: 'pods', subresource: 'exec' };
      const body = JSON.stringify({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      });
      const { status } = (await this.#object('POST', path, { body })) as AccessReview;
      return status?.allowed === true;
    });
    return (await Promise.all(answers)).every((isAllowed) => isAllowed);
  }

  close(): void {
    this.#connections.close();
  }

  async #channels(
    path: string,
    query: URLSearchParams,
    signal: AbortSignal,
  ): Promise<ChannelAddress> {
    await this.limit.take(signal);
    const url = this.#url(path, query);
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    return { url, login: await this.login.options() };
  }

  #stream(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#send({ method: 'GET', url: this.#url(path, query), signal });
  }

  async #object(
    method: HttpRequest['method'],
    path: string,
    {
      query = {},
      body,
      signal,
      patience = signal,
    }: {
      readonly query?: Query;
      readonly body?: string | undefined;
      readonly signal?: AbortSignal | undefined;
      readonly patience?: AbortSignal | undefined;
    },
  ): Promise<object> {
    const url = this.#url(path, query);
    const text = await wholeAnswer(await this.#send({ method, url, body, signal }, patience));
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // what JSON.parse says shows some of the text
      throw badAnswer('no JSON');
    }
    if (typeof value === 'object' && value !== null) return value;
    throw badAnswer('no object');
  }

  async #send(
    request: Omit<HttpRequest, 'login'>,
    patience = request.signal,
  ): Promise<IncomingMessage> {
    let hasLoggedIn = false;
    for (let attempt = 1; ; attempt++) {
      await this.limit.take(patience);
      const login = await this.login.options();
      patience?.throwIfAborted();
      try {
        return await this.#connections.send({ ...request, login });
      } catch (error) {
        if (!(error instanceof KubernetesError)) throw error;
        if (error.code === 'unauthorized' && !hasLoggedIn) {
          hasLoggedIn = true;
          login.forget();
        } else if (error.code === 'busy' && attempt < BUSY_ATTEMPTS) {
          await wait(error.options.retryAfterMs ?? BUSY_MS, undefined, { signal: patience });
        } else throw error;
      }
    }
  }

  #url(path: string, query: Query | URLSearchParams): URL {
    const url = new URL(this.#server);
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    url.search = new URLSearchParams(query).toString();
    return url;
  }
}

type Query = Readonly<Record<string, string>>;

/** Which pods are meant: `labelSelector` or `fieldSelector`. */
export type Selector = Query;

interface AccessReview {
  readonly status?: { readonly allowed?: boolean } | null;
}

function podIn(value: unknown): Pod {
  const pod = parsePod(value);
  if (pod === undefined) throw badAnswer('a pod without a name or without an uid');
  return pod;
}

function tokenIn(metadata: unknown): string {
  const hasToken = typeof metadata === 'object' && metadata !== null && 'continue' in metadata;
  const token = hasToken ? (metadata.continue ?? '') : '';
  if (typeof token === 'string') return token;
  throw badAnswer('a list of pods that goes on with no text');
}

const badAnswer = (what: string): KubernetesError =>
  new KubernetesError('bad-answer', `the API server's answer can't be understood: it is ${what}`);

function podPath(namespace: string, name?: string): string {
  const pods = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return name === undefined ? pods : `${pods}/${encodeURIComponent(name)}`;
}
