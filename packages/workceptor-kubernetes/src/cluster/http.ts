import { errorText } from '@receptorjs/primitives';
import { foreignText } from '@receptorjs/workceptor/internal';
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { codeOf, KubernetesError } from '../errors.js';
import type { LoginOptions } from './login.js';
import { withoutSecrets } from './without-secrets.js';

/** Milliseconds until the head of an answer must be there. */
const ANSWER_MS = 30_000;
/** Milliseconds from there until it is whole, where it is taken whole. */
const WHOLE_MS = 30_000;
/** Milliseconds for which a connection that nobody uses is kept, and how many of them. */
const IDLE_MS = 30_000;
const MAX_IDLE = 8;
/** Bytes of the longest answer that is taken whole: lists come in pages. */
const MAX_ANSWER_BYTES = 32 * 2 ** 20;
/** Bytes of the longest answer to a request that is refused. */
const MAX_REFUSAL_BYTES = 64 * 1024;
/** Milliseconds: the longest `Retry-After` that is honored as it is. */
const MAX_RETRY_AFTER_MS = 60_000;

/** A request to an API server. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly login: LoginOptions;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The connections to one API server. */
export class Connections {
  readonly #agent: Agent | HttpAgent;

  constructor(server: URL) {
    const options = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: MAX_IDLE };
    this.#agent = server.protocol === 'http:' ? new HttpAgent(options) : new Agent(options);
  }

  /**
   * The answer to a request, once its head is there and says that it is a good one. Who gets it reads it to its end, or destroys it.
   *
   * @throws {KubernetesError}; the signal's reason
   */
  async send(given: HttpRequest): Promise<IncomingMessage> {
    const answer = await this.#ask(given);
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode <= 299) return answer;
    throw await refusalOf(answer, statusCode, given.login);
  }

  /** What is idle is closed. */
  close(): void {
    this.#agent.destroy();
  }

  #ask({ method, url, login, body, signal }: HttpRequest): Promise<IncomingMessage> {
    const { agent = this.#agent, headers, forget: _, ...tls } = login;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
      const options = {
        method,
        agent,
        ...tls,
        headers: {
          accept: 'application/json',
          ...headers,
          ...(body !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          }),
        },
        signal,
      };
      let request: ClientRequest;
      try {
        request = send(url, options);
      } catch (cause) {
        // such as a certificate that is none
        const message = `the login to the API server at ${url.host} can't be used: ${errorText(cause)}`;
        reject(new KubernetesError('bad-config', message, { cause }));
        return;
      }
      const timer = setTimeout(() => {
        request.destroy(new Error(`no answer in ${ANSWER_MS / 1_000} s`));
      }, ANSWER_MS);
      request.on('response', (answer) => {
        clearTimeout(timer);
        // what comes late, once nobody reads any more, must not end the process
        answer.on('error', () => undefined);
        resolve(answer);
      });
      request.on('error', (cause) => {
        clearTimeout(timer);
        reject(signal?.aborted ? (signal.reason as Error) : unreachable(url, cause));
      });
      request.end(body);
    });
  }
}

/**
 * The whole of an answer.
 *
 * @throws {KubernetesError} `unreachable` when it ends early or not in time, `bad-answer` when it is longer than is taken
 */
export async function wholeAnswer(
  answer: Readable,
  { maxBytes = MAX_ANSWER_BYTES, timeoutMs = WHOLE_MS }: AnswerBounds = {},
): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => {
    answer.destroy(new Error(`it is not whole in ${timeoutMs / 1_000} s`));
  }, timeoutMs);
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > maxBytes) {
        const message = `the API server's answer has more than ${maxBytes} bytes`;
        throw new KubernetesError('bad-answer', message);
      }
      pieces.push(piece);
    }
  } catch (cause) {
    if (cause instanceof KubernetesError) throw cause;
    const message = `the API server's answer ended early: ${errorText(cause)}`;
    throw new KubernetesError('unreachable', message, { cause });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(pieces).toString();
}

/** The bounds of an answer that is taken whole. */
export interface AnswerBounds {
  /** Default 32 MiB. */
  readonly maxBytes?: number;
  /** Default 30 s from its head on. */
  readonly timeoutMs?: number;
}

/**
 * What an answer says that is no good one: a `Status` object, or the text of a proxy before the API server.
 *
 * @param login that it was asked with: what is secret of it is not shown
 */
export async function refusalOf(
  answer: Readable & Pick<IncomingMessage, 'headers'>,
  statusCode: number,
  login: LoginOptions,
): Promise<KubernetesError> {
  const text = await wholeAnswer(answer, { maxBytes: MAX_REFUSAL_BYTES }).catch(() => '');
  const waitMs = retryAfterMs(answer.headers['retry-after']);
  return statusError(statusCode, text, { waitMs, login });
}

/**
 * An error by a status of HTTP and a text, which may be a `Status` object.
 *
 * @param waitMs that the API server asks to wait
 * @param login of the request, when it may be shown
 */
export function statusError(
  statusCode: number,
  text: string,
  { waitMs, login }: { readonly waitMs?: number | undefined; readonly login?: LoginOptions } = {},
): KubernetesError {
  const { message, reason, code } = statusIn(text);
  const said = message ?? text.trim();
  const harmless = login === undefined ? said : withoutSecrets(said, login);
  const shown =
    message === undefined ? harmless.slice(0, 200) || `HTTP status ${statusCode}` : harmless;
  return new KubernetesError(codeOf(code ?? statusCode, reason), foreignText(shown), {
    retryAfterMs: waitMs,
  });
}

interface StatusFields {
  readonly message?: string | undefined;
  readonly reason?: string | undefined;
  readonly code?: number | undefined;
}

function statusIn(text: string): StatusFields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('kind' in value)) return {};
    const fields = value as Readonly<Record<string, unknown>>;
    const { kind, message, reason, code } = fields;
    if (kind !== 'Status') return {};
    return {
      message: typeof message === 'string' && message !== '' ? message : undefined,
      reason: typeof reason === 'string' ? reason : undefined,
      code: typeof code === 'number' ? code : undefined,
    };
  } catch {
    return {};
  }
}

function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return seconds >= 0 ? Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS) : undefined;
}

function unreachable(url: URL, cause: Error): KubernetesError {
  const message = `can't reach the API server at ${url.host}: ${errorText(cause)}`;
  return new KubernetesError('unreachable', message, { cause });
}
