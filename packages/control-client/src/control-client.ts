import { finished } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import {
  openControlSocket,
  parseControlAddress,
  type ControlAddress,
  type ControlTlsOptions,
} from './address.js';
import {
  ControlConnection,
  parseReply,
  throwIfError,
  type ControlConnectionOptions,
} from './control-connection.js';
import { ControlError } from './errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import type { WaitOptions } from './line-reader.js';
import { writeChunk } from './write-chunk.js';
import { parseUnitStatus, type UnitStatus } from './unit-status.js';

/** What to run where. All values travel as strings. */
export interface SubmitRequest {
  /** Node to run on; `localhost` is the node spoken to. */
  readonly node: string;
  readonly workType: string;
  /** Further keys of the request; `params` is what a command gets as arguments. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Name of a TLS client configuration of the node spoken to. */
  readonly tlsClient?: string | undefined;
  /** How long a remote unit may take to start, as a Go duration such as `1h20m30s`. */
  readonly ttl?: string | undefined;
  readonly signWork?: boolean | undefined;
  readonly signature?: string | undefined;
}

/** The stdin of a unit. */
export type Payload = string | Uint8Array | AsyncIterable<Uint8Array | string>;

/** The answer to a submission whose stdin is complete. */
export interface SubmitResult {
  readonly unitId: string;
  /** `Job Started`, or `Job Submitted` when the target node could not be reached yet. */
  readonly result: string;
}

/** A unit that exists and waits for its stdin. */
export interface Submission {
  readonly unitId: string;
  /**
   * Sends the stdin and its end, then waits for the answer; by default without a limit, since the node first hands all
   * of the stdin to the node that runs the unit.
   */
  send(payload: Payload, wait?: WaitOptions): Promise<SubmitResult>;
}

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

/**
 * The typed client of one control connection. Requests are answered in the order they are made; `results`,
 * `connectService`, `watch` and `openSubmission` keep the connection for themselves, so open one client for each.
 */
export class ControlClient {
  readonly #connection: ControlConnection;

  private constructor(stream: Duplex, options: ControlConnectionOptions) {
    this.#connection = new ControlConnection(stream, options);
  }

  /** Speaks over an open stream, such as one of the mesh. The greeting is awaited by the first request. */
  static over(stream: Duplex, options: ControlConnectionOptions = {}): ControlClient {
    return new ControlClient(stream, options);
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
    const socket = await openControlSocket(target, options);
    const client = new ControlClient(socket, {
      ...options,
      greetingTimeoutMs: options.greetingTimeoutMs ?? options.timeoutMs,
    });
    await client.nodeId();
    return client;
  }

  /** The node ID at the other end, as its greeting says. */
  nodeId(): Promise<string> {
    return this.#connection.greeting();
  }

  /** Any request with a one-line JSON reply: a line such as `ping b` or a JSON object with `command`. */
  request(request: string | JsonObject, wait?: WaitOptions): Promise<JsonValue> {
    return this.#connection.request(request, wait);
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
    const connection = this.#connection;
    return connection.takeOver(async () => {
      connection.write(submitLine(request));
      const line = await connection.line(wait);
      const unitId = /with ID ([a-zA-Z0-9]+)\./.exec(line)?.[1];
      if (unitId === undefined) {
        connection.close();
        throwIfError(line);
        throw new ControlError('protocol', `could not parse response: ${line}`);
      }
      return {
        unitId,
        async send(payload, sendWait): Promise<SubmitResult> {
          await writePayload(connection.stream, payload);
          const limits = { timeoutMs: Number.POSITIVE_INFINITY, ...sendWait };
          const reply = objectOf(parseReply(await connection.line(limits)));
          connection.close();
          return { unitId, result: typeof reply['result'] === 'string' ? reply['result'] : '' };
        },
      };
    });
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
    const connection = this.#connection;
    const { startPos = 0, signature, ...wait } = options;
    return connection.takeOver(async () => {
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
    const connection = this.#connection;
    let status = parseUnitStatus(
      await connection.request(work('watch', { unitid: unitId }), { signal }),
    );
    yield status;
    while (status.state < 2) {
      const line = await connection.nextLine(signal);
      if (line === undefined) throw new ControlError('closed', 'status stream ended early');
      status = parseUnitStatus(parseReply(line));
      yield status;
    }
  }

  /** Joins this connection with a service of a node; the returned stream is the service's. */
  connectService(
    node: string,
    service: string,
    options: WaitOptions & { tlsClient?: string | undefined } = {},
  ): Promise<Duplex> {
    const connection = this.#connection;
    return connection.takeOver(async () => {
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

  /** Closes the connection at once. */
  close(): void {
    this.#connection.close();
  }
}

function work(subcommand: string, fields: JsonObject): JsonObject {
  return { command: 'work', subcommand, ...fields };
}

function submitLine(request: SubmitRequest): JsonObject {
  const line: Record<string, JsonValue | undefined> = {
    ...request.params,
    command: 'work',
    subcommand: 'submit',
    node: request.node,
    worktype: request.workType,
    tlsclient: request.tlsClient,
    ttl: request.ttl,
    signwork: request.signWork === true ? 'true' : undefined,
    signature: request.signature,
  };
  return line;
}

async function writePayload(stream: Duplex, payload: Payload): Promise<void> {
  if (typeof payload === 'string' || payload instanceof Uint8Array) {
    stream.end(payload);
    return;
  }
  for await (const chunk of payload) await writeChunk(stream, chunk);
  stream.end();
  await finished(stream, { readable: false });
}

function objectOf(value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value;
  throw new ControlError('protocol', 'reply is not an object');
}
