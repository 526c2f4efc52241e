import type { Duplex } from 'node:stream';
import {
  type ByteReceiver,
  ControlError,
  encodeJson,
  parseJson,
  type JsonObject,
  type JsonValue,
  LineReader,
  type WaitOptions,
} from '@receptorjs/control-protocol';

/** How a connection treats its greeting and its replies. */
export interface ControlConnectionOptions {
  /** Text the greeting must contain, usually the node ID expected at the other end. */
  readonly expectNode?: string | undefined;
  /** Milliseconds the greeting may take after the stream is open. Default 10,000. */
  readonly greetingTimeoutMs?: number | undefined;
  /** Milliseconds a reply may take unless a call says otherwise. Default 60,000. */
  readonly replyTimeoutMs?: number | undefined;
  /** The longest line the other end may send, in bytes. Default 16 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** The most values of a reply, which its reading takes time for: some 50 ms a million. Default 4,000,000. */
  readonly maxReplyValues?: number | undefined;
}

const errorPrefix = /^ERROR:? ?/;

/**
 * One conversation with a control service: greeting, requests one after another, and at last perhaps a takeover of
 * the raw stream. The first request is written without waiting for the greeting. An error that leaves the
 * conversation out of step (timeout, abort, broken line) destroys the stream.
 */
export class ControlConnection {
  readonly #reader: LineReader;
  readonly #greeting: Promise<string>;
  /** The end of the queue of requests; written by `exchange` only. */
  #last: Promise<unknown>;
  /** Set for good by the request that keeps the stream; written by `takeOver` only. */
  #takenOver = false;
  /** Requests that have no reply yet; written by `exchange` only. */
  #pending = 0;

  constructor(
    /** The stream spoken over; it belongs to this object until a takeover hands it on. */
    readonly stream: Duplex,
    private readonly options: ControlConnectionOptions = {},
  ) {
    this.#reader = new LineReader(stream, { maxLineBytes: options.maxLineBytes });
    this.#greeting = this.#readGreeting();
    this.#last = this.#greeting;
    this.#greeting.catch(() => {
      this.stream.destroy();
    });
  }

  /** Whether no request is under way. */
  get isIdle(): boolean {
    return this.#pending === 0;
  }

  /** Whether it takes no further request: it has ended, or was handed on. */
  get isOver(): boolean {
    return this.#takenOver || this.stream.destroyed || this.stream.readableEnded;
  }

  /**
   * Reads a line as a JSON reply, within the bounds of this connection.
   *
   * @throws {ControlError} `remote-error` for an `ERROR:` line, `protocol` for anything that is not JSON or has too many values
   */
  parseReply(line: string): JsonValue {
    return parseReply(line, { maxValues: this.options.maxReplyValues });
  }

  /** The node ID out of the greeting. */
  greeting(): Promise<string> {
    return this.#greeting;
  }

  /**
   * Sends one request, a line or a JSON object, and reads its one-line JSON reply.
   *
   * @throws {ControlError} `remote-error` for an `ERROR:` line (the connection stays usable), else as documented
   */
  request(request: string | JsonObject, wait: WaitOptions = {}): Promise<JsonValue> {
    return this.exchange(async () => {
      this.write(request);
      return this.parseReply(await this.line(wait));
    });
  }

  /**
   * Sends requests at once and reads their replies, one for each in their order; an `ERROR:` line stands there as what it says. So many
   * take one round trip.
   *
   * @throws {ControlError} as documented; the stream is destroyed, since further replies are still to come
   */
  requestAll(
    requests: readonly (string | JsonObject)[],
    wait: WaitOptions = {},
  ): Promise<(JsonValue | ControlError)[]> {
    return this.exchange(async () => {
      const replies: (JsonValue | ControlError)[] = [];
      if (requests.length > 0) this.write(...requests);
      while (replies.length < requests.length) {
        const line = await this.line(wait);
        try {
          replies.push(errorOf(line) ?? this.parseReply(line));
        } catch (error) {
          this.stream.destroy();
          throw error;
        }
      }
      return replies;
    });
  }

  /**
   * Waits for the turn of an exchange of several lines, and of bytes between them. Other requests wait until the returned call is made,
   * which says that nothing of the exchange is still to come.
   */
  turn(): Promise<() => void> {
    return new Promise((resolve, reject) => {
      this.exchange(() => new Promise<void>(resolve)).catch(reject);
    });
  }

  /**
   * Runs a request that keeps the stream for itself: nothing else is accepted afterwards. `run` uses
   * {@link ControlConnection.write} and {@link ControlConnection.line}.
   */
  takeOver<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.exchange(run);
    this.#takenOver = true;
    return turn;
  }

  /** Writes request lines at once. Only for use inside an exchange. */
  write(...requests: readonly (string | JsonObject)[]): void {
    const lines = requests.map((request) =>
      typeof request === 'string' ? request : encodeJson(request),
    );
    if (lines.some((line) => line.includes('\n'))) {
      throw new ControlError('protocol', 'a request must not contain a line break');
    }
    this.stream.write(`${lines.join('\n')}\n`);
  }

  /** Reads one reply line; only for use inside an exchange. Destroys the stream when the wait fails. */
  async line(wait: WaitOptions = {}): Promise<string> {
    try {
      await this.#greeting;
      const timeoutMs = wait.timeoutMs ?? this.options.replyTimeoutMs ?? 60_000;
      const line = await this.#reader.next({ signal: wait.signal, timeoutMs });
      if (line === undefined) throw new ControlError('closed', 'connection ended before the reply');
      return line;
    } catch (error) {
      this.stream.destroy();
      throw error;
    }
  }

  /** As {@link ControlConnection.line}, for lines that may come at any time: no time limit. */
  async nextLine(signal?: AbortSignal): Promise<string | undefined> {
    await this.#greeting;
    return this.#reader.next({ signal });
  }

  /**
   * So many bytes behind the last line, as they come; only for use inside an exchange.
   *
   * @throws {ControlError} `closed` when the connection ends before, `aborted`
   */
  bytes(count: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
    return this.#reader.bytes(count, { signal });
  }

  /**
   * The same into memory of a receiver.
   *
   * @throws {ControlError} as {@link ControlConnection.bytes}; whatever the receiver throws
   */
  bytesTo(count: number, receiver: ByteReceiver, signal?: AbortSignal): Promise<void> {
    return this.#reader.bytesTo(count, receiver, { signal });
  }

  /** Ends the conversation at once. */
  close(): void {
    this.stream.destroy();
  }

  /** Runs an exchange after those before it have ended. */
  exchange<T>(run: () => Promise<T>): Promise<T> {
    if (this.#takenOver) {
      const text =
        'the connection was handed on to an earlier request that keeps it; a client that opens its connections itself (ControlClient.connect or through) has further ones';
      return Promise.reject(new ControlError('closed', text));
    }
    const isFirst = this.#last === this.#greeting;
    const turn = isFirst
      ? run()
      : this.#last.then(run, () => {
          if (this.stream.destroyed) throw new ControlError('closed', 'connection was closed');
          return run();
        });
    this.#last = turn;
    this.#pending += 1;
    const answered = (): void => {
      this.#pending -= 1;
    };
    turn.then(answered, answered);
    return turn;
  }

  async #readGreeting(): Promise<string> {
    const line = await this.#reader.next({ timeoutMs: this.options.greetingTimeoutMs ?? 10_000 });
    if (line === undefined) {
      throw new ControlError('closed', 'connection ended before the greeting');
    }
    const nodeId = /^Receptor Control, node (.+)$/.exec(line)?.[1];
    if (nodeId === undefined) {
      throw new ControlError(
        'protocol',
        `Failed to connect to Receptor socket: got ${quote(line)}`,
      );
    }
    const { expectNode } = this.options;
    if (expectNode !== undefined && !nodeId.includes(expectNode)) {
      throw new ControlError(
        'protocol',
        `while expecting node ID ${expectNode}, got message: ${shortened(line)}`,
      );
    }
    return nodeId;
  }
}

/**
 * Reads a JSON reply line.
 *
 * @throws {ControlError} `remote-error` for an `ERROR:` line, `protocol` for anything that is not JSON
 */
function parseReply(
  line: string,
  { maxValues }: { readonly maxValues?: number | undefined } = {},
): JsonValue {
  throwIfError(line);
  try {
    return parseJson(line, { maxValues });
  } catch (cause) {
    throw new ControlError('protocol', `reply is not JSON: ${quote(line)}`, { cause });
  }
}

/** Throws a ControlError `remote-error` when the line is an `ERROR:` line. */
export function throwIfError(line: string): void {
  const error = errorOf(line);
  if (error) throw error;
}

/** The ControlError `remote-error` of an `ERROR:` line. */
export function errorOf(line: string): ControlError | undefined {
  return line.startsWith('ERROR')
    ? new ControlError('remote-error', line.replace(errorPrefix, ''))
    : undefined;
}

/** As much of a line as an error repeats. */
export function shortened(line: string): string {
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}

function quote(line: string): string {
  return JSON.stringify(shortened(line));
}
