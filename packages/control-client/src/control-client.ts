import {
  callback,
  optional,
  text,
  validateArgument,
  validateOptions,
  arrayOf,
} from '@receptorjs/validation';
import { Readable, type Duplex } from 'node:stream';
import {
  openControlSocket,
  parseControlAddress,
  type ControlAddress,
  type ControlTlsOptions,
} from './connection/address.js';
import {
  addressCheck,
  checkUnitId,
  connectChecks,
  clientChecks,
  payloadCheck,
  releaseChecks,
  digestChecks,
  eventsChecks,
  resultsChecks,
  sizedStdinChecks,
  runWorkChecks,
  serviceChecks,
  streamChecks,
  submitRequestChecks,
  unitStreamChecks,
  tlsChecks,
} from './argument-checks.js';
import type { ConnectOptions, ControlClientOptions } from './connection/connect-options.js';
import { Connections, type ConnectionsOptions, type OpenStream } from './connection/connections.js';
import type { ControlConnection } from './connection/control-connection.js';
import {
  type ByteReceiver,
  ControlError,
  isFinal,
  isJsonObject,
  isUnknownUnit,
  type JsonObject,
  type JsonValue,
  type WaitOptions,
  parseUnitStatus,
  type ReportedStatus,
  type UnitEvent,
  type WorkResult,
} from '@receptorjs/control-protocol';
import {
  openSubmission,
  type Payload,
  type Submission,
  type SubmitRequest,
  type SubmitResult,
} from './units/submission.js';
import { replyLines } from './connection/reply-lines.js';
import { requestStream } from './connection/stream-request.js';
import { parseNodeStatus, type NodeStatus } from './node-status.js';
import { DIGEST_MS, parseDigestReply, type DigestReply, type DigestRange } from './digest-reply.js';
import { parseActivity, type NodeActivity } from './node-activity.js';
import { parsePingReply, type PingReply } from './ping-reply.js';
import { toWorkResult, runWork, type RunWorkOptions } from './units/run-work.js';
import { followEvents, type UnitEventsOptions } from './units/event-follow.js';
import { submitSized, type SizedResult, type SizedStdin } from './units/sized-submission.js';
import { unitStream, type UnitPart } from './units/unit-stream.js';
import { UnitFollow, type UnitFollowOptions } from './units/unit-follow.js';

/** Milliseconds to tell the node that a unit whose stdin was broken off is not wanted. */
const GIVE_UP_MS = 5_000;

/**
 * The typed client of a control service. Requests are answered in the order they are made, on one connection; `results`,
 * `connectService`, `watch` and `openSubmission` keep a connection for themselves. A client made by `connect` or `through`
 * opens connections as it needs them, also after its node was restarted; one made by `over` has its stream only, and
 * serves nothing else once a request keeps it.
 */
export class ControlClient {
  readonly #connections: Connections;

  readonly #sign: (() => Promise<string | undefined>) | undefined;

  private constructor({ sign, ...options }: ConnectionsOptions & ControlClientOptions) {
    this.#connections = new Connections(options);
    this.#sign = sign;
  }

  /** Speaks over an open stream, such as one of the mesh. The greeting is awaited by the first request. */
  static over(stream: Duplex, options: ControlClientOptions = {}): ControlClient {
    validateOptions<ControlClientOptions>('ControlClient.over', options, clientChecks);
    return new ControlClient({ ...options, first: stream });
  }

  /** Speaks over streams that a function opens, such as the dial of a mesh node; the first with the first request. */
  static through(open: OpenStream, options: ControlClientOptions = {}): ControlClient {
    validateArgument('ControlClient.through', 'open', open, callback);
    validateOptions<ControlClientOptions>('ControlClient.through', options, clientChecks);
    return new ControlClient({ ...options, open });
  }

  /**
   * Connects to an address (see `parseControlAddress`) and reads the greeting.
   *
   * @throws {ControlError} `bad-address`, `connect-failed`, `timeout`, `aborted` or `protocol`
   */
  static async connect(
    address: string | ControlAddress,
    options: ConnectOptions = {},
  ): Promise<ControlClient> {
    const where = 'ControlClient.connect';
    validateArgument(where, 'address', address, addressCheck);
    validateOptions<ConnectOptions>(where, options, connectChecks);
    if (options.tls) validateOptions<ControlTlsOptions>(`${where}, tls`, options.tls, tlsChecks);
    const target = typeof address === 'string' ? parseControlAddress(address) : address;
    const client = new ControlClient({
      ...options,
      greetingTimeoutMs: options.greetingTimeoutMs ?? options.timeoutMs,
      first: await openControlSocket(target, options),
      open: (wait) => openControlSocket(target, { ...options, ...wait }),
    });
    await client.nodeId();
    return client;
  }

  /** The node ID at the other end, as its greeting says. */
  nodeId(): Promise<string> {
    return this.#connections.onShared((connection) => connection.greeting());
  }

  /**
   * Any request with a one-line JSON reply: a line such as `ping b` or a JSON object with `command`.
   *
   * @throws {ControlError} `remote-error` for a reply that is an error, `timeout`, `aborted`, `closed`, `protocol`
   */
  request(request: string | JsonObject, wait?: WaitOptions): Promise<JsonValue> {
    return this.#connections.onShared(
      (connection) => connection.request(request, wait),
      wait?.signal,
    );
  }

  /** The node's view of the mesh: all fields, or the named ones. Field names are those of the protocol. */
  async status(
    fields?: readonly (keyof NodeStatus | (string & {}))[],
    wait?: WaitOptions,
  ): Promise<NodeStatus & JsonObject> {
    validateArgument('client.status', 'fields', fields, optional(arrayOf(text)));
    const request = { command: 'status', ...(fields ? { requested_fields: fields } : {}) };
    return parseNodeStatus(await this.request(request, wait));
  }

  /** Sends one packet to a node and back; a node that is not reached is an answer too, with `success` false. */
  async ping(target: string, wait?: WaitOptions): Promise<PingReply> {
    validateArgument('ping', 'target', target, text);
    return parsePingReply(await this.request({ command: 'ping', target }, wait));
  }

  /** Hops keyed `0`, `1`, ... with `From`, `Time`, `TimeStr` and perhaps `Error`. */
  async traceroute(target: string, wait?: WaitOptions): Promise<JsonObject> {
    validateArgument('traceroute', 'target', target, text);
    return objectOf(await this.request({ command: 'traceroute', target }, wait));
  }

  /**
   * `{"Success":true}` or `{"Error":"...","Success":false}`. With `plan` nothing is changed, and `Plan` has the lists
   * `Open`, `Close`, `Change` and `Keep` (an addition of nodes of this project; others reload at once).
   */
  async reload({
    plan = false,
    ...wait
  }: WaitOptions & { plan?: boolean } = {}): Promise<JsonObject> {
    return objectOf(await this.request(plan ? { command: 'reload', plan } : 'reload', wait));
  }

  /** All units of the node, or one, keyed by unit ID. */
  async workList(unitId?: string, wait?: WaitOptions): Promise<Map<string, ReportedStatus>> {
    const reply = objectOf(await this.request(work('list', { unitid: unitId }), wait));
    return new Map(
      Object.entries(reply).map(([id, status]) => [id, parseUnitStatus(status ?? null)]),
    );
  }

  /** @throws {ControlError} `remote-error` for a unit that is not known */
  async workStatus(unitId: string, wait?: WaitOptions): Promise<ReportedStatus> {
    checkUnitId('workStatus', unitId);
    return parseUnitStatus(await this.request(work('status', { unitid: unitId }), wait));
  }

  /**
   * Of several units, keyed by unit ID, in one round trip; without those that the node does not know.
   *
   * @throws {ControlError} `remote-error` when it refuses to tell of one, else as {@link ControlClient.request}
   */
  async workStatuses(
    unitIds: readonly string[],
    wait?: WaitOptions,
  ): Promise<Map<string, ReportedStatus>> {
    for (const unitId of unitIds) checkUnitId('workStatuses', unitId);
    const requests = unitIds.map((unitId) => work('status', { unitid: unitId }));
    const replies = await this.#connections.onShared(
      (connection) => connection.requestAll(requests, wait),
      wait?.signal,
    );
    const statuses = new Map<string, ReportedStatus>();
    for (const [at, reply] of replies.entries()) {
      if (isUnknownUnit(reply)) continue;
      if (reply instanceof ControlError) throw reply;
      statuses.set(unitIds[at] ?? '', parseUnitStatus(reply));
    }
    return statuses;
  }

  /** True when done, false when the cancel is pending because the remote node can't be reached. */
  async workCancel(unitId: string, signature?: string, wait?: WaitOptions): Promise<boolean> {
    checkUnitId('workCancel', unitId);
    validateArgument('workCancel', 'signature', signature, optional(text));
    const request = await this.#signed('cancel', unitId, { signature });
    const reply = objectOf(await this.request(request, wait));
    return 'cancelled' in reply;
  }

  /**
   * True when done, false when the release is pending because the remote node can't be reached. With `onlyUnstarted` a node of this project refuses it for a unit that has
   * all its stdin; others know no such difference.
   */
  async workRelease(
    unitId: string,
    options: WaitOptions & {
      force?: boolean;
      signature?: string | undefined;
      onlyUnstarted?: boolean;
    } = {},
  ): Promise<boolean> {
    checkUnitId('workRelease', unitId);
    validateOptions<typeof options>('workRelease', options, releaseChecks);
    const verb = options.force === true ? 'force-release' : 'release';
    const unstarted = options.onlyUnstarted === true ? true : undefined;
    const request = await this.#signed(verb, unitId, { signature: options.signature, unstarted });
    const reply = objectOf(await this.request(request, options));
    return 'released' in reply;
  }

  /**
   * Creates a unit and returns once its ID is known; the unit then waits for its stdin.
   *
   * @throws {ControlError} `remote-error` when the node refuses the submission, else as {@link ControlClient.request}
   */
  async openSubmission(request: SubmitRequest, wait?: WaitOptions): Promise<Submission> {
    validateOptions<SubmitRequest>('openSubmission', request, submitRequestChecks);
    const signature = request.signature ?? (await this.#sign?.());
    return this.#keep(wait, (connection) =>
      openSubmission(
        connection,
        { ...request, signature },
        {
          wait,
          giveUp: (unitId, knowsEnd) => this.#giveUp(unitId, knowsEnd),
        },
      ),
    );
  }

  /** Only a release keeps a node that takes the end of a connection for the end of stdin from starting the unit. */
  async #giveUp(unitId: string, knowsEnd: boolean): Promise<void> {
    if (!this.#connections.canOpen) return;
    const signal = AbortSignal.timeout(GIVE_UP_MS);
    // the caller gets the error that broke the stdin off; one of this request says nothing more
    await this.#signed(knowsEnd ? 'cancel' : 'release', unitId)
      .then((request) => this.request(request, { signal, timeoutMs: GIVE_UP_MS }))
      .catch(() => undefined);
  }

  /** Submits a unit with its whole stdin; throws as {@link ControlClient.openSubmission}. */
  async submit(
    request: SubmitRequest,
    payload: Payload = '',
    wait?: WaitOptions,
  ): Promise<SubmitResult> {
    validateOptions<SubmitRequest>('submit', request, submitRequestChecks);
    validateArgument('submit', 'payload', payload, payloadCheck);
    return (await this.openSubmission(request, wait)).send(payload, wait);
  }

  /**
   * Submits a unit whose stdin has a known number of bytes. A node of this project goes on with the connection behind it; the connection to
   * any other ends with the stdin.
   *
   * @throws {ControlError} `wrong-size` when the stdin has another size, else as {@link ControlClient.openSubmission}; the unit then never
   *   starts at a node of this project
   */
  async submitSized(
    request: SubmitRequest,
    stdin: SizedStdin,
    wait?: WaitOptions,
  ): Promise<SizedResult> {
    validateOptions<SubmitRequest>('submitSized', request, submitRequestChecks);
    validateOptions<SizedStdin>('submitSized', stdin, sizedStdinChecks);
    const signature = request.signature ?? (await this.#sign?.());
    return this.#connections.onShared(
      (connection) =>
        connection.exchange(() => submitSized(connection, { ...request, signature }, stdin, wait)),
      wait?.signal,
    );
  }

  /**
   * Submits a unit, follows it to its end and releases it. A connection that breaks on the way is made anew; the output goes
   * on at the byte where it broke off. A break before the node has all of the stdin rejects, and the unit never starts.
   *
   * @throws {ControlError} `work-failed` or `work-canceled` (with the unit's status and output as `work`), `lost`,
   *   `aborted`, `output-too-long`, `one-connection`; `remote-error` when the node refuses the submission
   */
  async runWork(
    request: SubmitRequest,
    payload: Payload = '',
    options: RunWorkOptions = {},
  ): Promise<WorkResult> {
    validateOptions<SubmitRequest>('runWork', request, submitRequestChecks);
    validateArgument('runWork', 'payload', payload, payloadCheck);
    validateOptions<RunWorkOptions>('runWork', options, runWorkChecks);
    this.#needConnections('runWork');
    return runWork(this, request, payload, options);
  }

  /**
   * The unit's stdout from byte `startPos` on, until the unit has ended and all of it was given. A connection that breaks
   * is made anew. The stream fails with `work-failed` or `work-canceled` behind the last byte when the unit has ended so;
   * destroy it to stop early.
   *
   * @throws {ControlError} `remote-error` for a unit that is not known, `one-connection`
   */
  async results(
    unitId: string,
    options: Omit<UnitFollowOptions, 'onStatus'> = {},
  ): Promise<Readable> {
    checkUnitId('results', unitId);
    validateOptions<Omit<UnitFollowOptions, 'onStatus'>>('results', options, resultsChecks);
    this.#needConnections('results');
    await this.workStatus(unitId, { signal: options.signal });
    const follow = new UnitFollow(this, unitId, options);
    const output = async function* (): AsyncGenerator<Uint8Array, void> {
      yield* follow.run();
      toWorkResult(unitId, follow.status, Buffer.alloc(0));
    };
    return Readable.from(output(), { objectMode: false });
  }

  /**
   * The node's own stream of a unit's stdout from byte `startPos` on. It ends when the unit has ended, however it has, and
   * when the node is stopped: only the status says which. It fails when the connection breaks; destroy it to stop early.
   */
  async resultStream(
    unitId: string,
    options: WaitOptions & { startPos?: number | bigint; signature?: string | undefined } = {},
  ): Promise<Duplex> {
    checkUnitId('resultStream', unitId);
    validateOptions<typeof options>('resultStream', options, streamChecks);
    const { startPos = 0, signature, ...wait } = options;
    const request = await this.#signed('results', unitId, { startpos: startPos, signature });
    const answer = { begins: 'Streaming results', problem: 'Failed to get results' };
    return this.#keep(wait, async (connection) =>
      (await requestStream(connection, request, answer, wait)).end(),
    );
  }

  /**
   * SHA-256 of a unit's stdout, computed where it ran: of all of it, which waits for the unit's end, or of some bytes as they are at
   * this node. Only nodes of this project know the request; others answer with a `remote-error` whose text is `bad command`.
   *
   * @throws {ControlError} `remote-error`, also when the node where the unit ran has told no digest; `timeout` after 10 minutes
   *   unless another time is given
   */
  async workDigest(
    unitId: string,
    options: WaitOptions & DigestRange & { signature?: string | undefined } = {},
  ): Promise<DigestReply> {
    checkUnitId('workDigest', unitId);
    validateOptions<typeof options>('workDigest', options, digestChecks);
    const { startPos, endPos, signature, ...wait } = options;
    const fields = { startpos: startPos, endpos: endPos, signature };
    const request = await this.#signed('digest', unitId, fields);
    return parseDigestReply(await this.request(request, { timeoutMs: DIGEST_MS, ...wait }));
  }

  /**
   * The unit's status now and at each change until it is final. Only nodes of this project know the request; others
   * answer with a `remote-error` whose text is `bad command`, and the connection then serves further requests.
   */
  async *watch(unitId: string, signal?: AbortSignal): AsyncGenerator<ReportedStatus, void> {
    checkUnitId('watch', unitId);
    const request = work('watch', { unitid: unitId });
    for await (const line of replyLines(this.#connections, request, signal)) {
      const status = parseUnitStatus(line);
      yield status;
      if (isFinal(status.state)) return;
    }
  }

  /**
   * How all units of the node are, or some of them, and then each change of state and detail, until the signal fires. A connection that
   * breaks is made anew, also after a restart of the node: `resumed` says then that nothing was missed, `reset` that all units follow
   * once more, up to `listed`. Only nodes of this project know the request; others answer with a `remote-error` whose text is
   * `bad command`.
   *
   * @throws {ControlError} `remote-error`, `protocol`, `lost`, `one-connection`
   */
  async *unitEvents(options: UnitEventsOptions = {}): AsyncGenerator<UnitEvent, void> {
    validateOptions<UnitEventsOptions>('unitEvents', options, eventsChecks);
    this.#needConnections('unitEvents');
    const { unitIds } = options;
    yield* followEvents(
      (after, signal) =>
        replyLines(this.#connections, work('events', { after, unitid: unitIds }), signal),
      options,
    );
  }

  /**
   * What there is to count at the node: its links with the bytes they have carried, its units by state, and how many were submitted,
   * started, ended and released. Only nodes of this project know the request; others answer with `Unknown command`.
   */
  async activity(wait?: WaitOptions): Promise<NodeActivity> {
    return parseActivity(await this.request({ command: 'activity' }, wait));
  }

  /**
   * The unit's status, now and at each change, and its stdout from byte `startPos` on as it comes, over one connection, which serves further
   * requests behind it. It ends when the unit has ended and all was given, and when the unit is released. Only nodes of this project know
   * the request; others answer with a `remote-error` whose text is `bad command`. With `stdout` the bytes are put into memory of the
   * caller's, and only statuses are given.
   *
   * @throws {ControlError} `remote-error` for a unit that is not known; `protocol`, `closed`, `aborted`; whatever `stdout` throws
   */
  async *unitStream(
    unitId: string,
    options: {
      startPos?: number | bigint;
      signature?: string | undefined;
      signal?: AbortSignal;
      stdout?: ByteReceiver;
    } = {},
  ): AsyncGenerator<UnitPart, void> {
    checkUnitId('unitStream', unitId);
    validateOptions<typeof options>('unitStream', options, unitStreamChecks);
    const { startPos = 0, signature, signal, stdout } = options;
    const request = await this.#signed('follow', unitId, { startpos: startPos, signature });
    const connection = await this.#connections.onOwn((own) => Promise.resolve(own), signal);
    try {
      yield* unitStream(connection, request, { signal, stdout });
    } finally {
      if (this.#connections.canOpen) connection.close();
    }
  }

  /** Joins this connection with a service of a node; the returned stream is the service's. */
  async connectService(
    node: string,
    service: string,
    options: WaitOptions & { tlsClient?: string | undefined } = {},
  ): Promise<Duplex> {
    validateArgument('connectService', 'node', node, text);
    validateArgument('connectService', 'service', service, text);
    validateOptions<typeof options>('connectService', options, serviceChecks);
    const request = { command: 'connect', node, service, tls: options.tlsClient ?? '' };
    const answer = { begins: 'Connecting', problem: 'unexpected answer to connect' };
    return this.#keep(options, (connection) => requestStream(connection, request, answer, options));
  }

  /** A request about a unit with the signature that was given, or with a fresh one where this client signs. */
  async #signed(
    subcommand: string,
    unitid: string,
    fields: JsonObject & { signature?: string | undefined } = {},
  ): Promise<JsonObject> {
    const signature = fields.signature ?? (await this.#sign?.());
    return work(subcommand, { unitid, ...fields, signature });
  }

  #needConnections(method: string): void {
    if (this.#connections.canOpen) return;
    throw new ControlError(
      'one-connection',
      `${method} needs further connections, and this client has one stream only: make it by ControlClient.connect or through`,
    );
  }

  #keep<T>(
    wait: WaitOptions | undefined,
    run: (connection: ControlConnection) => Promise<T>,
  ): Promise<T> {
    return this.#connections.onOwn(
      (connection) => connection.takeOver(() => run(connection)),
      wait?.signal,
    );
  }

  /** Whether a request can be made: there is an open connection that no request keeps, or one can be opened. */
  get canRequest(): boolean {
    return this.#connections.canRequest;
  }

  /** Closes all connections at once, those that are kept by a request too; none is opened any more. */
  close(): void {
    this.#connections.close();
  }
}

function work(subcommand: string, fields: JsonObject): JsonObject {
  return { command: 'work', subcommand, ...fields };
}

function objectOf(value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value;
  throw new ControlError('protocol', 'reply is not an object');
}
