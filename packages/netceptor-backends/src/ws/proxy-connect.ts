import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { onAbort } from '@receptorjs/primitives';
import { bareHost } from '@receptorjs/socket-addresses';

/**
 * Asks an HTTP proxy for a connection by CONNECT (RFC 9110, 9.3.6). Gives up when the signal fires or the time is over.
 *
 * @param authority - `host:port` to connect to.
 * @throws {Error} says what the proxy answered; never its credentials.
 */
export async function connectThroughProxy(
  proxy: URL,
  authority: string,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<Socket> {
  const name = `proxy ${proxy.protocol}//${proxy.host}`;
  const secure = proxy.protocol === 'https:';
  const { request } = secure ? await import('node:https') : await import('node:http');
  const asking = request({
    method: 'CONNECT',
    host: bareHost(proxy.hostname),
    port: proxy.port === '' ? (secure ? 443 : 80) : Number(proxy.port),
    path: authority,
    headers: { Host: authority, ...authorization(proxy) },
    agent: false,
  });
  // Not the request's own option: that would end the socket after the request, too.
  const stopListening = onAbort(signal, () => asking.destroy(new Error('given up')));
  const timer = setTimeout(() => asking.destroy(new Error('it did not answer in time')), timeoutMs);
  return new Promise<Socket>((resolve, reject) => {
    asking.on('error', (cause) => reject(new Error(`${name}: ${cause.message}`, { cause })));
    const refuse = ({ statusCode = 0, statusMessage = '' }: IncomingMessage): void => {
      asking.destroy();
      reject(new Error(`${name} refused: ${statusCode} ${statusMessage}`.trimEnd()));
    };
    asking.on('response', refuse);
    asking.on('connect', (response, socket, head) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        refuse(response);
        return;
      }
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.end();
  }).finally(() => {
    clearTimeout(timer);
    stopListening();
  });
}

function authorization({ username, password }: URL): { 'Proxy-Authorization'?: string } {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
