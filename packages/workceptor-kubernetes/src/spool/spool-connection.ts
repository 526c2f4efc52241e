import { randomBytes } from 'node:crypto';
import type { ClusterApi } from '../cluster/cluster-api.js';
import type { LoginOptions } from '../cluster/login.js';
import { ChannelSocket, type ChannelEnd } from '../channels/channel-socket.js';
import { spoolReader } from './spool-script.js';
import { spoolWordIn, type SpoolWord } from './spool-word.js';

/** Milliseconds between two signs of life: a connection on which nothing moves is cut by many a proxy, and may be dead. */
const SIGN_MS = 15_000;
/** Bytes that wait here before no more are read. */
const WAITING_BYTES = 128 * 1024;
/** Bytes of what the reader has said last that are kept. */
const SAID_BYTES = 4 * 1024;

/** What the reader says when it has begun, and once the worker's stdin has ended. */
const OPEN = /^open\n/m;
const FED = /^fed (?:(\d+)|-)\n/m;

/** Whose spool is read, and from where on. */
export interface SpoolRequest {
  readonly api: ClusterApi;
  readonly namespace: string;
  readonly name: string;
  readonly position: number;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

/** One connection to the spool of a worker: bytes come, acknowledgements go. It alone writes its fields. */
export class SpoolConnection {
  #socket: ChannelSocket | undefined;
  readonly #pieces: Buffer[] = [];
  #waiting = 0;
  #said = '';
  #end: ChannelEnd | undefined;
  /** What was acknowledged last; written by `acknowledge` only. */
  #acknowledged: number | undefined;
  #wake: () => void = () => undefined;
  readonly #over = new AbortController();

  private constructor() {}

  /**
   * Connects.
   *
   * @throws {KubernetesError}; the signal's reason
   */
  static async open(request: SpoolRequest): Promise<SpoolConnection> {
    const { api, namespace, name, position, signal } = request;
    const connection = new SpoolConnection();
    const words = spoolReader(position, randomBytes(6).toString('hex'));
    const { url, login } = await api.execution(namespace, name, words, signal);
    await connection.#open(url, login, signal);
    return connection;
  }

  /** What the reader has said, once it has. */
  get word(): SpoolWord | undefined {
    return spoolWordIn(this.#said);
  }

  /** Whether the reader in the pod is at work. */
  get isOpen(): boolean {
    return OPEN.test(this.#said);
  }

  /** Set once the worker's stdin has ended: how many bytes it got, where it wanted all of them. */
  get fed(): { readonly bytes?: number | undefined } | undefined {
    const found = FED.exec(this.#said);
    return found ? { bytes: found[1] === undefined ? undefined : Number(found[1]) } : undefined;
  }

  /** How the connection has ended, once it has. */
  get end(): ChannelEnd | undefined {
    return this.#end;
  }

  /** What has come and was not taken yet. */
  take(): Buffer | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    this.#waiting -= piece.length;
    if (this.#waiting < WAITING_BYTES) this.#socket?.resume();
    return piece;
  }

  /** Resolves when there is something new to take, to hear, or the end. */
  async changed(): Promise<void> {
    if (this.#pieces.length > 0 || this.#end) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Resolves when the connection has ended, whatever waits to be taken. */
  async closed(): Promise<ChannelEnd | undefined> {
    await this.#socket?.closed;
    return this.#end;
  }

  /** All before so many bytes is safe here, and may go. What does not arrive is told again. */
  acknowledge(bytes: number): void {
    this.#acknowledged = bytes;
    this.#tell();
  }

  close(): void {
    this.#over.abort();
  }

  #tell(): void {
    if (this.#acknowledged === undefined) return;
    // one that is closed says so elsewhere
    this.#socket?.sendStdin(Buffer.from(`${this.#acknowledged}\n`)).catch(() => undefined);
  }

  async #open(url: URL, login: LoginOptions, signal: AbortSignal): Promise<void> {
    const socket = await ChannelSocket.open(url, login, {
      what: 'read the output in the pod',
      hint: 'the role needs the verbs get and create on pods/exec',
      onStdout: (bytes) => {
        this.#pieces.push(bytes);
        this.#waiting += bytes.length;
        if (this.#waiting >= WAITING_BYTES) this.#socket?.pause();
        this.#wake();
      },
      onStderr: (bytes) => {
        this.#said = (this.#said + bytes.toString()).slice(-SAID_BYTES);
        this.#wake();
      },
      signal: AbortSignal.any([signal, this.#over.signal]),
    });
    this.#socket = socket;
    const signs = setInterval(() => {
      this.#sign(socket);
    }, SIGN_MS);
    void socket.closed.then((end) => {
      clearInterval(signs);
      const said = this.#said.replace(OPEN, '').replace(FED, '').trim();
      this.#end = end.isSuccess || said === '' ? end : { ...end, why: `${end.why}: ${said}` };
      this.#wake();
    });
  }

  #sign(socket: ChannelSocket): void {
    if (socket.isPaused) return;
    if (socket.isUnanswered) {
      this.close();
      return;
    }
    void socket.pong();
    this.#tell();
  }
}
