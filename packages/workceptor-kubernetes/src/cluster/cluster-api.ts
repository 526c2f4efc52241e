import { errorText } from '@receptorjs/primitives';
import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { KubernetesError } from '../errors.js';
import { WORKER, type ClusterEvent, type Pod } from '../objects.js';
import { Connections, wholeAnswer, type HttpRequest } from './http.js';
import type { ClusterLogin, LoginOptions } from './login.js';
import type { RequestLimit } from './request-limit.js';

/** Attempts of a request that is asked to come again later, and milliseconds between them where it is not said how long. */
const BUSY_ATTEMPTS = 4;
const BUSY_MS = 1_000;

/** Pods of one page of a list: a megabyte or so, which takes some milliseconds to read. */
const PAGE = 100;

/** Milliseconds for which it is known what a login may do. */
const ACCESS_MS = 5 * 60_000;

/** Seconds after which the API server ends a watch, so that one that has died unnoticed is noticed. */
const WATCH_SECONDS = 240;

/** Where streams of a container are, and what logs in there. */
export interface ChannelAddress {
  readonly url: URL;
  readonly login: LoginOptions;
}

/** A list of objects, as it was at some version. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
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
  readonly #access = new Map<string, { readonly isAllowed: boolean; readonly until: number }>();

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

  async getPod(namespace: string, name: string, signal?: AbortSignal): Promise<Pod> {
    return this.#object<Pod>('GET', podPath(namespace, name), { signal });
  }

  async createPod(namespace: string, pod: object, signal?: AbortSignal): Promise<Pod> {
    const body = JSON.stringify(pod);
    return this.#object<Pod>('POST', podPath(namespace), { body, signal });
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

  /** All pods with a label, as they were at one moment. */
  async listPods(
    namespace: string,
    selector: Selector,
    signal?: AbortSignal,
  ): Promise<Listed<Pod>> {
    const items: Pod[] = [];
    let token = '';
    for (;;) {
      const page = await this.#object<PodList>('GET', podPath(namespace), {
        query: { ...selector, limit: String(PAGE), ...(token !== '' && { continue: token }) },
        signal,
      });
      items.push(...(page.items ?? []));
      token = page.metadata?.continue ?? '';
      if (token === '') return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
    }
  }

  /** The changes of pods from a version on: JSON, an object a line. */
  watchPods(
    namespace: string,
    selector: Selector,
    resourceVersion: string,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const query = {
      ...selector,
      watch: 'true',
      resourceVersion,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(WATCH_SECONDS),
    };
    // one that has died unnoticed would wait for ever
    const late = AbortSignal.timeout((WATCH_SECONDS + 30) * 1_000);
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
    const { items } = await this.#object<{ readonly items?: readonly ClusterEvent[] }>(
      'GET',
      path,
      {
        query,
        signal,
      },
    );
    return items ?? [];
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
  async mayExecute(namespace: string): Promise<boolean> {
    const known = this.#access.get(namespace);
    if (known && performance.now() < known.until) return known.isAllowed;
    const isAllowed = await this.#askAccess(namespace);
    this.#access.set(namespace, { isAllowed, until: performance.now() + ACCESS_MS });
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
      const { status } = await this.#object<AccessReview>('POST', path, { body });
      return status?.allowed === true;
    });
    return (await Promise.all(answers)).every((isAllowed) => isAllowed);
  }

  /** The API server does not know us any more: what logs in is read again. */
  forgetLogin(): void {
    this.login.forget();
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

  async #object<T extends object>(
    method: HttpRequest['method'],
    path: string,
    {
      query = {},
      body,
      signal,
    }: {
      readonly query?: Query;
      readonly body?: string | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<T> {
    const answer = await this.#send({ method, url: this.#url(path, query), body, signal });
    const text = await wholeAnswer(answer);
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return value as T;
    } catch (cause) {
      const message = `the API server's answer is no JSON: ${errorText(cause)}`;
      throw new KubernetesError('bad-answer', message, { cause });
    }
    throw new KubernetesError('bad-answer', "the API server's answer is no object");
  }

  async #send(request: Omit<HttpRequest, 'login'>): Promise<IncomingMessage> {
    const { signal } = request;
    let hasLoggedIn = false;
    for (let attempt = 1; ; attempt++) {
      await this.limit.take(signal);
      try {
        return await this.#connections.send({ ...request, login: await this.login.options() });
      } catch (error) {
        if (!(error instanceof KubernetesError)) throw error;
        if (error.code === 'unauthorized' && !hasLoggedIn) {
          hasLoggedIn = true;
          this.login.forget();
        } else if (error.code === 'busy' && attempt < BUSY_ATTEMPTS) {
          await wait(error.options.retryAfterMs ?? BUSY_MS, undefined, { signal });
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
  readonly status?: { readonly allowed?: boolean };
}

interface PodList {
  readonly items?: readonly Pod[];
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
}

function podPath(namespace: string, name?: string): string {
  const pods = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return name === undefined ? pods : `${pods}/${encodeURIComponent(name)}`;
}
