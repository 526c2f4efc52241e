import type { FastifyInstance } from 'fastify';
import { checkOrigin } from '../authentication/csrf.js';
import type { ApiParts } from '../endpoints/api-parts.js';
import { known } from '../endpoints/endpoint.js';
import { ApiError } from '../errors/api-error.js';
import { Connection } from './connection.js';
import type { Live } from './live.js';

const paths = ['/websocket/', '/api/websocket/'];

/** The WebSocket: who is known by a token, or by a session and from our own pages, is let in. */
export function addWebsocket(app: FastifyInstance, live: Live, parts: ApiParts): void {
  for (const url of paths)
    app.route({
      method: 'GET',
      url,
      schema: { hide: true },
      preValidation: (request, _reply, done) => {
        if (request.identity?.session !== undefined) checkOrigin(request);
        done();
      },
      handler: () => {
        throw new ApiError(
          426,
          { detail: 'A WebSocket is answered here.' },
          { Upgrade: 'websocket', Connection: 'Upgrade' },
        );
      },
      wsHandler: (socket, request) => {
        const user = known(request);
        const { identity } = request;
        if (identity === undefined) return;
        let release: () => void;
        try {
          release = live.limits.acquire(user.id);
        } catch {
          socket.close(1013);
          return;
        }
        void new Connection(socket, live.principal(identity), live, parts)
          .run()
          .catch((error: unknown) => request.log.error({ err: error }, 'a WebSocket failed'))
          .finally(release);
      },
    });
}
