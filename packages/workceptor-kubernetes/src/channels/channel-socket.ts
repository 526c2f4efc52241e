import { errorText, onAbort } from '@receptorjs/primitives';
import type { IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import { refusalOf } from '../cluster/http.js';
import type { LoginOptions } from '../cluster/login.js';
import { KubernetesError } from '../errors.js';

/** The protocols of channels, the better one first: the older one can't end stdin but by ending everything. */
const V5 = 'v5.channel.k8s.io';
const PROTOCOLS = [V5, 'v4.channel.k8s.io'];
/** Channels: the first byte of each message. */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const END_OF_STDIN = Buffer.from([255, STDIN]);
/** Bytes of the longest message that is taken. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Milliseconds until a connection must stand. */
const OPEN_MS = 30_000;
/** Milliseconds that the other side has to answer the end of a connection. */
const CLOSE_MS = 1_000;

/** What a connection to a container's streams needs. */
export interface ChannelOptions {
  /** For people, such as `attach to the pod`. */
  readonly what: string;
  /** What a refusal may come from, for people; behind its text. */
  readonly hint?: string | undefined;
  readonly onStdout?: ((bytes: Buffer) => void) | undefined;
  readonly onStderr?: ((bytes: Buffer) => void) | undefined;
  /** Ends the connection. */
  readonly signal: AbortSignal;
}

/** How a connection has ended. */
export interface ChannelEnd {
  /** Whether it was said that the process has ended well, or for an attachment that the container has ended. */
  readonly isSuccess: boolean;
  /** Why it has ended, for people. */
  readonly why: string;
}

/** A WebSocket to the streams of a process in a container: `attach` and `exec` of the API, channels of `v5.channel.k8s.io` and `v4`. */
export class ChannelSocket {
  /** How it has ended, once it has. Never rejects. */
  readonly closed: Promise<ChannelEnd>;
  /** What the channel of errors has said; these two are written by `#noteStatus` only. */
  #failure: string | undefined;
  #isSuccess = false;
  /** Whether a question of `pong` is open; written there only. */
  #isUnanswered = false;

  private constructor(
    private readonly socket: WebSocket,
    private readonly options: ChannelOptions,
  ) {
    socket.on('message', (data) => {
      this.#noteMessage(data);
    });
    const stopListening = onAbort(options.signal, () => {
      this.end();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        stopListening();
        const why = this.#failure ?? (reason.toString() || `the connection was cut (${code})`);
        resolve({ isSuccess: this.#isSuccess, why });
      });
    });
  }

  /**
   * Connects. What the API server does not know any more is forgotten: the next login is another one.
   *
   * @throws {KubernetesError} when nothing stands; the signal's reason
   */
  static async open(
    url: URL,
    login: LoginOptions,
    options: ChannelOptions,
  ): Promise<ChannelSocket> {
    const { headers, agent, forget, ...tls } = login;
    options.signal.throwIfAborted();
    const socket = new WebSocket(url, PROTOCOLS, {
      ...tls,
      agent,
      headers,
      perMessageDeflate: false,
      handshakeTimeout: OPEN_MS,
      maxPayload: MAX_MESSAGE_BYTES,
    });
    const channels = new ChannelSocket(socket, options);
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('unexpected-response', (_, answer: IncomingMessage) => {
        refusalOf(answer, answer.statusCode ?? 0, login)
          .then((refusal) => {
            if (refusal.code === 'unauthorized') forget();
            reject(withHint(refusal, options.hint));
          })
          .catch(reject)
          .finally(() => {
            socket.terminate();
          });
      });
      socket.on('error', (cause) => {
        const message = `can't ${options.what} at ${url.host}: ${errorText(cause)}`;
        reject(new KubernetesError('unreachable', message, { cause }));
      });
    });
    return channels;
  }

  /** Whether it has said that the process has ended well. */
  get isSuccess(): boolean {
    return this.#isSuccess;
  }

  /** Whether the end of stdin can be said while the rest goes on. */
  get canEndStdin(): boolean {
    return this.socket.protocol === V5;
  }

  /** Sends a piece of stdin; resolves when it was handed to the system. */
  sendStdin(bytes: Uint8Array): Promise<void> {
    const message = Buffer.allocUnsafe(1 + bytes.length);
    message[0] = STDIN;
    message.set(bytes, 1);
    return this.#write(message);
  }

  /** Where {@link ChannelSocket.canEndStdin}. */
  endStdin(): Promise<void> {
    return this.#write(END_OF_STDIN);
  }

  /** Whether what {@link ChannelSocket.pong} waits for has not come yet. */
  get isUnanswered(): boolean {
    return this.#isUnanswered;
  }

  /** Resolves when the other side has taken all that was sent before. Never rejects, and for a closed connection never resolves. */
  pong(): Promise<void> {
    this.#isUnanswered = true;
    return new Promise((resolve) => {
      this.socket.once('pong', () => {
        this.#isUnanswered = false;
        resolve();
      });
      this.socket.ping(undefined, undefined, () => undefined);
    });
  }

  get isPaused(): boolean {
    return this.socket.isPaused;
  }

  /** Stops reading: what is on its way stays there. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    // one that never stood throws
    if (this.socket.isPaused) this.socket.resume();
  }

  end(): void {
    this.resume();
    this.socket.close();
    // one that does not answer is left
    setTimeout(() => {
      this.socket.terminate();
    }, CLOSE_MS).unref();
  }

  #write(message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(message, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  #noteMessage(data: RawData): void {
    const message = Buffer.isBuffer(data) ? data : Buffer.concat([data].flat() as Buffer[]);
    const bytes = message.subarray(1);
    if (message[0] === STDOUT) this.options.onStdout?.(bytes);
    else if (message[0] === STDERR) this.options.onStderr?.(bytes);
    else if (message[0] === ERROR) this.#noteStatus(bytes.toString());
  }

  #noteStatus(status: string): void {
    this.#isSuccess = /"status"\s*:\s*"Success"/.test(status);
    if (this.#isSuccess) return;
    this.#failure = failureIn(status);
    this.end();
  }
}

function failureIn(status: string): string {
  try {
    const value: unknown = JSON.parse(status);
    if (typeof value === 'object' && value !== null && 'message' in value) {
      return String(value.message);
    }
  } catch {
    // it is shown as it is
  }
  return status;
}

/** A role that lets the original in is not always enough. */
function withHint(refusal: KubernetesError, hint: string | undefined): KubernetesError {
  if (refusal.code !== 'forbidden' || hint === undefined) return refusal;
  return new KubernetesError('forbidden', `${refusal.message} (${hint})`);
}
