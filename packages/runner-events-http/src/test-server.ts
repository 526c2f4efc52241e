import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

/** A request as the server got it. */
export interface Post {
  readonly id: string;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a test's server behaves. */
export interface ServerBehavior {
  onPost(post: Post): void;
  /** Status of the answer. Default 204. */
  readonly answer?: (post: Post) => number;
  /** The body of the answer, which may never end. Default: none. */
  readonly body?: () => Readable;
  /** Default: any port of 127.0.0.1. */
  readonly socketPath?: string;
  readonly tls?: ServerOptions;
}

/** A web server that takes posts. */
export async function startServer(behavior: ServerBehavior) {
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    void text(request).then((body) => {
      const id = JSON.parse(String(request.headers['idempotency-key'])) as string;
      const { method, url: path, headers } = request;
      const post = { id, method, path, headers, body };
      behavior.onPost(post);
      response.on('error', () => undefined);
      const answerBody = behavior.body?.();
      response.writeHead(behavior.answer?.(post) ?? (answerBody ? 200 : 204));
      if (answerBody) answerBody.pipe(response);
      else response.end();
    });
  };
  let connections = 0;
  const server: Server = behavior.tls
    ? createSecureServer(behavior.tls, listener)
    : createServer(listener);
  server.on('connection', () => (connections += 1));
  if (behavior.socketPath === undefined) server.listen(0, '127.0.0.1');
  else server.listen(behavior.socketPath);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: behavior.socketPath === undefined ? (address as AddressInfo).port : 0,
    connections: () => connections,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
