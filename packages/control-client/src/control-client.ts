import type { Duplex } from 'node:stream';
import {
  openControlSocket,
  parseControlAddress,
  type ControlAddress,
  type ControlTlsOptions,
} from './address.js';
import { Connections, type ConnectionsOptions, type OpenStream } from './connections.js';
import {
  parseReply,
  throwIfError,
  type ControlConnection,
  type ControlConnectionOptions,
} from './control-connection.js';
import { ControlError } from './errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import type { WaitOptions } from './line-reader.js';
import {
  openSubmission,
  type Payload,
  type Submission,
  type SubmitRequest,
  type SubmitResult,
} from './submission.js';
import { parseUnitStatus, type UnitStatus } from './unit-status.js';

/** The answer to a ping. */
export interface PingReply {
  readonly success: boolean;
  readonly from?: string | undefined;
  /** Round trip as people read it, such as `285.713µs`. */
  readonly timeText?: string | undefined;
  readonly timeNs?: number | bigint | undefined;
  readonly error?: string | undefined;
}

/** Options of {@link ControlClient.connect}. */
export interface ConnectOptions extends ControlConnectionOptions, WaitOptions {
  readonly tls?: ControlTlsOptions | undefined;
}

/** Milliseconds to tell the node that a unit whose stdin was broken off is not wanted. */
const giveUpMs = 5_000;

/**
 * The typed client of a control service. Requests are answered in the order they are made, on one connection; `results`,
 * `connectService`, `watch` and `openSubmission` keep a connection for themselves. A client made by `connect` or `through`
 * opens connections as it needs them, also after its node was restarted; one made by `over` has its stream only, and
 * serves nothing else once a request keeps it.
 */
export class ControlClient {
  readonly #connections: Connections;

  private constructor(options: ConnectionsOptions) {
    this.#connections = new Connections(options);
  }

  /** Speaks over an open stream, such as one of the mesh. The greeting is awaited by the first request. */
  static over(stream: Duplex, options: ControlConnectionOptions = {}): ControlClient {
    return new ControlClient({ ...options, first: stream });
  }

  /** Speaks over streams that a function opens, such as the dial of a mesh node; the first with the first request. */
  static through(open: OpenStream, options: ControlConnectionOptions = {}): ControlClient {
    return new ControlClient({ ...options, open });
  }

  /**
   * Connects to an address (see `parseControlAddress`) and reads the greeting.
   *
   * @throws ControlError `bad-address`, `connect-failed`, `timeout`, `aborted` or `protocol`
   */
  static async connect(
    address: string | ControlAddress,
    options: ConnectOptions = {},
  ): Promise<ControlClient> {
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

  /** Any request with a one-line JSON reply: a line such as `ping b` or a JSON object with `command`. */
  request(request: string | JsonObject, wait?: WaitOptions): Promise<JsonValue> {
    return this.#connections.onShared(
      (connection) => connection.request(request, wait),
      wait?.signal,
    );
  }

  /** The node's view of the mesh: all fields, or the named ones. Field names are those of the protocol. */
  async status(fields?: readonly string[], wait?: WaitOptions): Promise<JsonObject> {
    return objectOf(
      await this.request(
        { command: 'status', ...(fields ? { requested_fields: fields } : {}) },
        wait,
      ),
    );
  }

  async ping(target: string, wait?: WaitOptions): Promise<PingReply> {
    const reply = objectOf(await this.request({ command: 'ping', target }, wait));
    const { Success, From, TimeStr, Time, Error: error } = reply;
    return {
      success: Success === true,
      from: typeof From === 'string' ? From : undefined,
      timeText: typeof TimeStr === 'string' ? TimeStr : undefined,
      timeNs: typeof Time === 'number' || typeof Time === 'bigint' ? Time : undefined,
      error: typeof error === 'string' ? error : undefined,
    };
  }

  /** Hops keyed `0`, `1`, ... with `From`, `Time`, `TimeStr` and perhaps `Error`. */
  async traceroute(target: string, wait?: WaitOptions): Promise<JsonObject> {
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
  async workList(unitId?: string, wait?: WaitOptions): Promise<Map<string, UnitStatus>> {
    const reply = objectOf(await this.request(work('list', { unitid: unitId }), wait));
    return new Map(
      Object.entries(reply).map(([id, status]) => [id, parseUnitStatus(status ?? null)]),
    );
  }

  async workStatus(unitId: string, wait?: WaitOptions): Promise<UnitStatus> {
    return parseUnitStatus(await this.request(work('status', { unitid: unitId }), wait));
  }

  /** True when done, false when the cancel is pending because the remote node can't be reached. */
  async workCancel(unitId: string, signature?: string, wait?: WaitOptions): Promise<boolean> {
    const reply = objectOf(await this.request(work('cancel', { unitid: unitId, signature }), wait));
    return 'cancelled' in reply;
  }

  /** True when done, false when the release is pending because the remote node can't be reached. */
  async workRelease(
    unitId: string,
    options: WaitOptions & { force?: boolean; signature?: string | undefined } = {},
  ): Promise<boolean> {
    const verb = options.force === true ? 'force-release' : 'release';
    const reply = objectOf(
      await this.request(work(verb, { unitid: unitId, signature: options.signature }), options),
    );
    return 'released' in reply;
  }

  /** Creates a unit and returns once its ID is known; the unit then waits for its stdin. */
  openSubmission(request: SubmitRequest, wait?: WaitOptions): Promise<Submission> {
    return this.#keep(wait, (connection) =>
      openSubmission(connection, request, {
        wait,
        giveUp: (unitId, knowsEnd) => this.#giveUp(unitId, knowsEnd),
      }),
    );
  }

  /** Only a release keeps a node that takes the end of a connection for the end of stdin from starting the unit. */
  async #giveUp(unitId: string, knowsEnd: boolean): Promise<void> {
    if (!this.#connections.canOpen) return;
    const request = work(knowsEnd ? 'cancel' : 'release', { unitid: unitId });
    const signal = AbortSignal.timeout(giveUpMs);
    // the caller hears why the stdin broke off; that the node can't be told either says nothing more
    await this.request(request, { signal, timeoutMs: giveUpMs }).catch(() => undefined);
  }

  /** Submits a unit with its whole stdin. */
  async submit(
    request: SubmitRequest,
    payload: Payload = '',
    wait?: WaitOptions,
  ): Promise<SubmitResult> {
    return (await this.openSubmission(request, wait)).send(payload, wait);
  }

  /**
   * The unit's stdout from byte `startPos` until the unit has ended and all of it was sent. The stream fails when the
   * connection breaks; destroy it to stop early.
   */
  results(
    unitId: string,
    options: WaitOptions & { startPos?: number | bigint; signature?: string | undefined } = {},
  ): Promise<Duplex> {
    const { startPos = 0, signature, ...wait } = options;
    return this.#keep(wait, async (connection) => {
      connection.write(work('results', { unitid: unitId, startpos: startPos, signature }));
      const line = await connection.line(wait);
      if (!line.startsWith('Streaming results')) {
        connection.close();
        throwIfError(line);
        throw new ControlError('protocol', `Failed to get results: ${line}`);
      }
      connection.stream.end();
      return connection.stream;
    });
  }

  /**
   * The unit's status now and at each change until it is final. Only nodes of this project know the request; others
   * answer with a `remote-error` whose text is `bad command`, and the connection then serves further requests.
   */
  async *watch(unitId: string, signal?: AbortSignal): AsyncGenerator<UnitStatus, void> {
    const { connection, first } = await this.#connections.onOwn(
      async (connection) => ({
        connection,
        first: await connection.request(work('watch', { unitid: unitId }), { signal }),
      }),
      signal,
    );
    try {
      let status = parseUnitStatus(first);
      yield status;
      while (status.state < 2) {
        const line = await connection.nextLine(signal);
        if (line === undefined) throw new ControlError('closed', 'status stream ended early');
        status = parseUnitStatus(parseReply(line));
        yield status;
      }
    } finally {
      if (this.#connections.canOpen) connection.close();
    }
  }

  /** Joins this connection with a service of a node; the returned stream is the service's. */
  connectService(
    node: string,
    service: string,
    options: WaitOptions & { tlsClient?: string | undefined } = {},
  ): Promise<Duplex> {
    return this.#keep(options, async (connection) => {
      connection.write({ command: 'connect', node, service, tls: options.tlsClient ?? '' });
      const line = await connection.line(options);
      if (!line.startsWith('Connecting')) {
        connection.close();
        throwIfError(line);
        throw new ControlError('protocol', `unexpected answer to connect: ${line}`);
      }
      return connection.stream;
    });
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
