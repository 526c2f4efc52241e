import { errorText, onAbort } from '@receptorjs/primitives';
import { UnitFile } from '@receptorjs/workceptor/internal';
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
const STDERR = 2;
const ERROR = 3;
const END_OF_STDIN = Buffer.from([255, STDIN]);
/** Bytes of stdin in a message. */
const PIECE_BYTES = 32 * 1024;
/** Milliseconds until a connection must stand. */
const OPEN_MS = 30_000;
/** Milliseconds that the other side has to answer the end of a connection. */
const CLOSE_MS = 1_000;

/** Stdin that did not reach the pod as a whole. Some of it may have, so that it is not sent a second time. */
export class InputLost extends Error {
  override readonly name = 'InputLost';
}

/** What goes where. */
export interface StdinDelivery {
  readonly url: URL;
  readonly login: LoginOptions;
  /** The file in the unit's folder. */
  readonly path: string;
  /** Takes what the container writes to stderr. */
  readonly onStderr?: ((bytes: Buffer) => void) | undefined;
  /** Ends everything, the connection too. */
  readonly signal: AbortSignal;
}

/**
 * Sends a file to the stdin of a container, once. Resolves when the API server has taken all of it and its end; the connection stays until
 * the container has ended or the signal fires, for to cut it would cut off what is still on its way.
 *
 * @throws {KubernetesError} when nothing was sent, which may be tried again; {@link InputLost} when something may have arrived
 */
export async function sendStdin({
  url,
  login,
  path,
  onStderr,
  signal,
}: StdinDelivery): Promise<void> {
  const file = UnitFile.open(path, 'read');
  try {
    const attached = await Attachment.open(url, login, { onStderr, signal });
    try {
      await attached.send(file);
    } catch (error) {
      attached.end();
      signal.throwIfAborted();
      throw new InputLost(await attached.whyClosed, { cause: error });
    }
  } finally {
    file.close();
  }
}

/** One connection to a container's stdin. */
class Attachment {
  /** Why it is closed, once it is. */
  readonly whyClosed: Promise<string>;
  /** What the channel of errors has said; written by the listener of messages only. */
  #failure: string | undefined;
  /** Whether it has said that the container has ended; written there too. */
  #hasSucceeded = false;
  /** Set by `#pong`. */
  #isAnswered = false;

  private constructor(
    private readonly socket: WebSocket,
    private readonly options: Pick<StdinDelivery, 'onStderr' | 'signal'>,
  ) {
    socket.on('message', (data) => {
      this.#noteMessage(data);
    });
    const stopListening = onAbort(options.signal, () => {
      this.end();
    });
    this.whyClosed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        stopListening();
        resolve(this.#failure ?? (reason.toString() || `the connection was cut (${code})`));
      });
    });
  }

  static async open(
    url: URL,
    login: LoginOptions,
    options: Pick<StdinDelivery, 'onStderr' | 'signal'>,
  ): Promise<Attachment> {
    const { headers, agent, ...tls } = login;
    options.signal.throwIfAborted();
    const socket = new WebSocket(url, PROTOCOLS, {
      ...tls,
      agent,
      headers,
      perMessageDeflate: false,
      handshakeTimeout: OPEN_MS,
      maxPayload: 1024 * 1024,
    });
    const attached = new Attachment(socket, options);
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('unexpected-response', (_, answer: IncomingMessage) => {
        refusalOf(answer, answer.statusCode ?? 0)
          .then((refusal) => {
            reject(withHint(refusal));
          })
          .catch(reject)
          .finally(() => {
            socket.terminate();
          });
      });
      socket.on('error', (cause) => {
        const message = `can't attach to the pod at ${url.host}: ${errorText(cause)}`;
        reject(new KubernetesError('unreachable', message, { cause }));
      });
    });
    return attached;
  }

  /** Sends all of the file and its end; resolves when the other side has taken it. */
  async send(file: UnitFile): Promise<void> {
    const closed = this.whyClosed.then((why) => {
      throw new Error(why);
    });
    closed.catch(() => undefined);
    let position = 0;
    for (;;) {
      const piece = Buffer.allocUnsafe(1 + PIECE_BYTES);
      piece[0] = STDIN;
      const length = await file.read(piece.subarray(1), position);
      if (length === 0) break;
      position += length;
      await Promise.race([this.#write(piece.subarray(0, 1 + length)), closed]);
    }
    const isHalfClosed = this.socket.protocol === V5;
    if (isHalfClosed) await Promise.race([this.#write(END_OF_STDIN), closed]);
    // what was sent before is taken before this is answered; a container that has ended by then had what it wanted
    await Promise.race([this.#pong(), this.whyClosed]);
    if (!this.#isAnswered && !this.#hasSucceeded) await closed;
    if (!isHalfClosed) this.end();
  }

  end(): void {
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

  #pong(): Promise<void> {
    return new Promise((resolve) => {
      this.socket.once('pong', () => {
        this.#isAnswered = true;
        resolve();
      });
      this.socket.ping();
    });
  }

  #noteMessage(data: RawData): void {
    const message = Buffer.isBuffer(data) ? data : Buffer.concat([data].flat() as Buffer[]);
    if (message[0] === STDERR) this.options.onStderr?.(message.subarray(1));
    if (message[0] !== ERROR) return;
    const status = message.subarray(1).toString();
    this.#hasSucceeded = /"status"\s*:\s*"Success"/.test(status);
    if (this.#hasSucceeded) return;
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

/** A role that lets the original attach is not enough. */
function withHint(refusal: KubernetesError): KubernetesError {
  if (refusal.code !== 'forbidden') return refusal;
  return new KubernetesError(
    'forbidden',
    `${refusal.message} (the role needs the verb get on pods/attach: attaching by WebSocket asks for it, where create was enough before)`,
  );
}
