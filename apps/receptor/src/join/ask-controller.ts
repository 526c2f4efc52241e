import {
  JOIN_PATH,
  MAX_JOIN_BYTES,
  readJoinAnswer,
  type JoinAnswer,
  type JoinRequest,
} from '@receptorjs/join-protocol';
import { errorText } from '@receptorjs/primitives';
import { createHash } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createConnection, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { JoinFailure } from './join-failure.js';

const CONNECT_MS = 15_000;
const ANSWER_MS = 60_000;

/**
 * Sends the request. Over HTTPS the controller must show the certificate of the fingerprint, or, without one, one that this machine trusts; nothing is sent before.
 *
 * @throws {JoinFailure} with what the controller says against it
 */
export async function askController(
  url: URL,
  fingerprint: string | undefined,
  body: JoinRequest,
): Promise<JoinAnswer> {
  const socket = await connected(url, fingerprint);
  try {
    const { status, text } = await exchange(socket, url, JSON.stringify(body));
    const answer = jsonOf(text);
    if (status === 200) return readJoinAnswer(answer);
    // a proxy that gave up does not know what the controller has done
    const mayHaveArrived = status >= 500;
    throw new JoinFailure(
      `${url.host} ${mayHaveArrived ? 'fails' : 'refuses'}: ${reasonOf(answer, status)}`,
      1,
      mayHaveArrived,
    );
  } catch (cause) {
    if (cause instanceof JoinFailure) throw cause;
    const why = `the answer of ${url.host} did not come whole: ${errorText(cause)}; say the same again`;
    throw new JoinFailure(why, 1, true, { cause });
  } finally {
    socket.destroy();
  }
}

function connected(url: URL, fingerprint: string | undefined): Promise<Socket> {
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port === '' ? (isTls ? 443 : 80) : url.port);
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => {
      socket.destroy();
      const why = `${url.host} can't be reached safely: ${errorText(cause)}`;
      reject(cause instanceof JoinFailure ? cause : new JoinFailure(why, 1, false, { cause }));
    };
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const tls = isTls
      ? connectTls({ host, port, ...servername, rejectUnauthorized: fingerprint === undefined })
      : undefined;
    const socket: Socket = tls ?? createConnection({ host, port });
    const timer = setTimeout(() => {
      failed(new Error(`no answer within ${CONNECT_MS / 1000} s`));
    }, CONNECT_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.once('error', failed);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      const shown = tls?.getPeerX509Certificate()?.raw;
      if (fingerprint !== undefined && shown !== undefined) {
        const found = createHash('sha256').update(shown).digest('base64url');
        if (found !== fingerprint) {
          failed(
            new JoinFailure(
              `${url.host} shows another certificate than the one that the token is for: it is another controller, its certificate has changed since, or somebody is in between`,
            ),
          );
          return;
        }
      }
      socket.off('error', failed);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

async function exchange(
  socket: Socket,
  url: URL,
  body: string,
): Promise<{ status: number; text: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({
      method: 'POST',
      path: `${url.pathname.replace(/\/+$/, '')}${JOIN_PATH}`,
      headers: {
        host: url.host,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      },
      createConnection: () => socket,
      timeout: ANSWER_MS,
    });
    request.once('timeout', () =>
      request.destroy(new Error(`nothing within ${ANSWER_MS / 1000} s`)),
    );
    request.once('error', reject);
    request.once('response', resolve);
    request.end(body);
  });
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MAX_JOIN_BYTES) throw new Error('it is too long');
  }
  return { status: response.statusCode ?? 0, text };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What an answer says, on one line. */
function reasonOf(answer: unknown, status: number): string {
  if (status === 404) return 'no machine can join there (404); is it the address of a controller?';
  if (typeof answer !== 'object' || answer === null) return `HTTP status ${status}`;
  const reasons = Object.entries(answer).map(([field, what]) => {
    const words = Array.isArray(what) ? what.map(String).join(' ') : String(what);
    return field === 'detail' ? words : `${field}: ${words}`;
  });
  // it is shown on a terminal
  return reasons
    .join('; ')
    .replaceAll(/[^\P{C}]/gu, ' ')
    .slice(0, 500);
}
