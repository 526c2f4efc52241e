import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ClusterEvent, Pod } from '../cluster/objects.js';
import { FakePod, SUCCESS } from './fake-pod.js';
import { testIdentity, type TestIdentity } from './test-identity.js';

/** An answer in the place of the double's own. */
interface Fault {
  readonly test: RegExp;
  left: number;
  readonly status: number;
  readonly body: object | string;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer has no end. */
  readonly stalls?: boolean;
}

/**
 * An API server of one namespace and more, as far as this package asks it, over real TLS and WebSockets. It replays what was seen on a real
 * cluster, and fails as tests want.
 */
export class ApiServer {
  readonly pods = new Map<string, FakePod>();
  /** `GET /api/v1/...` and so on, in their order. */
  readonly requests: string[] = [];
  events: readonly ClusterEvent[] = [];
  token = 'hush';
  /** Whether commands may be run in pods. */
  mayExecute = true;
  /** The protocol of channels that it speaks. */
  protocol = 'v5.channel.k8s.io';
  /** Called with each new pod. */
  onCreated: (pod: FakePod) => void = () => undefined;
  readonly #faults: Fault[] = [];
  #lost: RegExp | undefined;
  readonly #watchers = new Set<ServerResponse>();
  readonly #sockets = new Set<Duplex>();
  readonly #changes: { readonly version: number; readonly line: string }[] = [];
  #version = 1;
  #server: Server | undefined;
  #port = 0;
  #identity: TestIdentity | undefined;

  static async start(): Promise<ApiServer> {
    const api = new ApiServer();
    api.#identity = await testIdentity();
    await api.up();
    return api;
  }

  /** A kubeconfig that logs in. */
  get kubeConfig(): string {
    const ca = Buffer.from(this.#identity?.ca ?? '').toString('base64');
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'jobs' } }],
      clusters: [
        {
          name: 'k',
          cluster: {
            server: `https://127.0.0.1:${this.#port}`,
            'certificate-authority-data': ca,
          },
        },
      ],
      users: [{ name: 'u', user: { token: this.token } }],
    });
  }

  /** The only pod there is. */
  get pod(): FakePod {
    const [pod, ...others] = this.pods.values();
    if (!pod || others.length > 0) throw new Error(`there are ${this.pods.size} pods`);
    return pod;
  }

  /** Listens, on the same port again. */
  async up(): Promise<void> {
    const { cert = '', key = '' } = this.#identity ?? {};
    const server = createServer({ cert, key }, (request, answer) => {
      this.#answer(request, answer);
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    const sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => (offered.has(this.protocol) ? this.protocol : false),
    });
    server.on('upgrade', (request, socket, head) => {
      this.#attach(sockets, request, socket, head);
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts everything and takes nothing any more, as a killed API server. Pods go on. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Answers so many requests that match `METHOD /path?query` with something else. */
  fail(
    test: RegExp,
    status: number,
    {
      times = 1,
      body = '',
      headers = {},
    }: {
      readonly times?: number;
      readonly body?: object | string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): void {
    this.#faults.push({ test, left: times, status, body, headers });
  }

  /** A fault with a `Status` object. */
  refuse(test: RegExp, code: number, reason: string, message: string, times = 1): void {
    this.fail(test, code, { times, body: { kind: 'Status', code, reason, message } });
  }

  /** Does what the next request that matches asks for, and cuts the connection in the place of an answer. */
  loseAnswer(test: RegExp): void {
    this.#lost = test;
  }

  /** Sends something to all who watch. */
  sendToWatchers(text: string): void {
    for (const answer of this.#watchers) answer.write(text);
  }

  /** Begins so many answers to requests that match, and does not end them. */
  stall(test: RegExp, beginning: string, times = 1): void {
    this.#faults.push({
      test,
      left: times,
      status: 200,
      body: beginning,
      headers: {},
      stalls: true,
    });
  }

  /** Cuts all watches. */
  cutWatches(): void {
    for (const answer of this.#watchers) answer.destroy();
  }

  /** Forgets all changes: who watches from an older version hears that it is gone. */
  forgetChanges(): void {
    this.#changes.length = 0;
    this.#version += 1_000;
    for (const answer of this.#watchers) answer.end();
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** A change that is heard by nobody, as one that was lost on the way. */
  silently(change: () => void): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    change();
    this.#changes.pop();
    for (const each of watchers) this.#watchers.add(each);
  }

  /** Adds a pod that nobody has asked for here. */
  add(object: Pod): FakePod {
    const uid = object.metadata?.uid ?? `uid-${this.#version}`;
    const pod = new FakePod({ ...object, metadata: { ...object.metadata, uid } }, (changed) => {
      this.#changed('MODIFIED', changed);
    });
    this.pods.set(`${object.metadata?.namespace ?? ''}/${pod.name}`, pod);
    this.#changed('ADDED', pod);
    return pod;
  }

  /** A pod goes as if somebody had deleted it: no final status, and clean ends. */
  remove(pod: FakePod): void {
    this.pods.delete(`${pod.object.metadata?.namespace ?? ''}/${pod.name}`);
    pod.hasEnded = true;
    pod.endFollowing();
    for (const socket of pod.sockets) {
      socket.send(SUCCESS);
      socket.close(1000);
    }
    this.#changed('DELETED', pod);
  }

  #changed(type: string, pod: FakePod): void {
    this.#version += 1;
    pod.object = {
      ...pod.object,
      metadata: { ...pod.object.metadata, resourceVersion: String(this.#version) },
    };
    const line = `${JSON.stringify({ type, object: pod.object })}\n`;
    this.#changes.push({ version: this.#version, line });
    for (const answer of this.#watchers) answer.write(line);
  }

  #answer(request: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(request.url ?? '', 'https://api');
    this.requests.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    if (this.#isFaulty(request, answer)) return;
    if (this.#lost?.test(`${request.method ?? ''} ${request.url ?? ''}`)) {
      this.#lost = undefined;
      answer.writeHead = () => {
        request.socket.destroy();
        return answer;
      };
    }
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      status(answer, 401, 'Unauthorized', 'Unauthorized');
      return;
    }
    if (url.pathname.endsWith('/selfsubjectaccessreviews')) {
      request.resume();
      json(answer, 201, { status: { allowed: this.mayExecute } });
      return;
    }
    const [, namespace = '', kind = '', name = '', sub = ''] =
      /^\/api\/v1\/namespaces\/([^/]+)\/(pods|events)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
        url.pathname,
      ) ?? [];
    if (kind === 'events') {
      json(answer, 200, { kind: 'EventList', items: this.events });
      return;
    }
    if (name === '' && request.method === 'POST') {
      this.#create(namespace, request, answer);
      return;
    }
    if (name === '') {
      this.#list(namespace, url.searchParams, answer);
      return;
    }
    const pod = this.pods.get(`${namespace}/${name}`);
    if (!pod) status(answer, 404, 'NotFound', `pods "${name}" not found`);
    else if (sub === 'log') {
      const { searchParams } = url;
      const hasStamps = searchParams.has('timestamps');
      const tail = searchParams.get('tailLines');
      if (tail !== null) {
        pod.answerTail(answer, Number(tail), Number(searchParams.get('limitBytes') ?? Infinity));
        return;
      }
      pod.answerLog(answer, searchParams.has('follow'), searchParams.get('sinceTime'), hasStamps);
    } else if (request.method === 'DELETE') {
      request.resume();
      this.remove(pod);
      json(answer, 200, pod.object);
    } else json(answer, 200, pod.object);
  }

  #isFaulty(request: IncomingMessage, answer: ServerResponse): boolean {
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    const fault = this.#faults.find(({ test, left }) => left > 0 && test.test(line));
    if (!fault) return false;
    fault.left -= 1;
    request.resume();
    const { body } = fault;
    answer.writeHead(fault.status, fault.headers);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    if (fault.stalls === true) answer.write(text);
    else answer.end(text);
    return true;
  }

  #create(namespace: string, request: IncomingMessage, answer: ServerResponse): void {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(pieces).toString()) as Pod;
      const name = asked.metadata?.name ?? '';
      if (this.pods.has(`${namespace}/${name}`)) {
        status(answer, 409, 'AlreadyExists', `pods "${name}" already exists`);
        return;
      }
      const uid = `uid-${this.#version}`;
      const creationTimestamp = new Date().toISOString();
      const metadata = { ...asked.metadata, namespace, uid, creationTimestamp };
      const pod = this.add({ ...asked, metadata, status: { phase: 'Pending' } });
      json(answer, 201, pod.object);
      this.onCreated(pod);
    });
  }

  #list(namespace: string, query: URLSearchParams, answer: ServerResponse): void {
    if (query.get('watch') !== null) {
      this.#watch(Number(query.get('resourceVersion')), answer);
      return;
    }
    const labels = (query.get('labelSelector') ?? '')
      .split(',')
      .filter((part) => part !== '')
      .map((part) => part.split('='));
    const items = [...this.pods.values()]
      .map(({ object }) => object)
      .filter(({ metadata }) => metadata?.namespace === namespace)
      .filter(({ metadata }) =>
        labels.every(([key = '', value]) => metadata?.labels?.[key] === value),
      );
    const limit = Number(query.get('limit') ?? items.length);
    const start = Number(query.get('continue') ?? 0);
    const end = start + limit;
    json(answer, 200, {
      kind: 'PodList',
      metadata: {
        resourceVersion: String(this.#version),
        ...(end < items.length && { continue: String(end) }),
      },
      items: items.slice(start, end),
    });
  }

  #watch(version: number, answer: ServerResponse): void {
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.flushHeaders();
    const missed = this.#changes.filter((change) => change.version > version);
    if (version < this.#version && missed.length === 0) {
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
      answer.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return;
    }
    for (const { line } of missed) answer.write(line);
    this.#watchers.add(answer);
    answer.on('close', () => this.#watchers.delete(answer));
  }

  #attach(sockets: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '', 'https://api');
    const line = `GET ${url.pathname}${url.search}`;
    this.requests.push(line);
    const fault = this.#faults.find(({ test, left }) => left > 0 && test.test(line));
    if (fault) {
      fault.left -= 1;
      const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body);
      socket.end(
        `HTTP/1.1 ${fault.status} No\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      return;
    }
    const [, namespace = '', name = ''] =
      /namespaces\/([^/]+)\/pods\/([^/]+)/.exec(url.pathname) ?? [];
    const pod = this.pods.get(`${namespace}/${name}`);
    sockets.handleUpgrade(request, socket, head, (attached) => {
      if (!pod || pod.hasEnded) {
        attached.send(
          Buffer.concat([
            Buffer.from([3]),
            Buffer.from('{"status":"Failure","message":"container not running"}'),
          ]),
        );
        attached.close(1000);
        return;
      }
      if (url.pathname.endsWith('/exec')) {
        pod.execute(attached, url.searchParams.getAll('command'));
        return;
      }
      const isMissed = pod.missedAttachments > 0;
      if (isMissed) pod.missedAttachments -= 1;
      if (isMissed && pod.cutAttachments > 0) {
        pod.cutAttachments -= 1;
        attached.terminate();
        return;
      }
      const isFirst = !isMissed && !pod.isAttached;
      if (!isMissed) pod.isAttached = true;
      pod.sockets.add(attached);
      attached.on('message', (data: Buffer) => {
        if (!isFirst) return;
        if (data[0] === 0) pod.takeStdin(data.subarray(1));
        // seen: with stdin alone all ends after the first piece, without a status
        if (data[0] === 0 && !url.searchParams.has('stderr')) attached.close(1000);
        if (data[0] === 255) pod.endStdin();
      });
      attached.on('error', () => undefined);
      attached.on('close', () => {
        pod.sockets.delete(attached);
        if (isFirst) pod.endStdin();
      });
    });
  }
}

function json(answer: ServerResponse, code: number, body: object): void {
  answer.writeHead(code, { 'content-type': 'application/json' });
  answer.end(JSON.stringify(body));
}

function status(answer: ServerResponse, code: number, reason: string, message: string): void {
  json(answer, code, { kind: 'Status', status: 'Failure', code, reason, message });
}
