import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors/api-error.js';
import { refuseMethods } from '../endpoints/endpoint.js';
import { errorSchema } from '../resources/body-schema.js';
import { CSRF_COOKIE, checkCsrf, SESSION_COOKIE, type CookieOptions } from './csrf.js';
import type { Authenticator } from './authenticator.js';
import { newSecret } from './secrets.js';

/** How a login is refused. */
const refusals = Object.fromEntries(
  [400, 401, 403, 413, 415, 429].map((status) => [status, errorSchema]),
);
const others = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'];
const anonymous = { isAnonymous: true };

/** Logging in and out by a form, as browsers and the command line do. */
export function addLogin(
  app: FastifyInstance,
  authenticator: Authenticator,
  cookies: CookieOptions,
): void {
  const schema = {
    tags: ['login'],
    security: [],
    response: { 302: { type: 'null' }, ...refusals },
  };
  const page = { 200: { content: { 'text/html': { schema: { type: 'string' } } } } };

  for (const path of ['/api/login/', '/api/logout/'])
    refuseMethods(app, path, others, ['GET', 'POST', 'HEAD']);

  app.get(
    '/api/login/',
    { config: anonymous, schema: { tags: ['login'], security: [], response: page } },
    (request, reply) => {
      giveCsrf(request, reply, cookies);
      return reply
        .type('text/html; charset=utf-8')
        .send(
          '<!DOCTYPE html><title>Log in</title><p>Send username, password and next by POST.</p>',
        );
    },
  );

  app.post(
    '/api/login/',
    { config: anonymous, schema: { ...schema, consumes: ['application/x-www-form-urlencoded'] } },
    async (request, reply) => {
      const form = (request.body ?? {}) as Readonly<Record<string, unknown>>;
      checkCsrf(request, request.cookies[CSRF_COOKIE], form['csrfmiddlewaretoken']);
      const { username, password, next } = form;
      if (typeof username !== 'string' || typeof password !== 'string')
        throw ApiError.unauthenticated('Invalid username/password.');
      const user = await authenticator.byPassword(username, password, request.ip);
      const { id, csrfToken } = await authenticator.begin(user, request.ip);
      return (
        reply
          // for as long as the browser is open: each request makes the session longer, here alone
          .setCookie(SESSION_COOKIE, id, { ...cookies, httpOnly: true })
          .setCookie(CSRF_COOKIE, csrfToken, cookies)
          .setCookie('userLoggedIn', 'true', cookies)
          .header('X-API-Session-Cookie-Name', SESSION_COOKIE)
          .redirect(ownAddress(next), 302)
      );
    },
  );

  for (const method of ['GET', 'POST'] as const)
    app.route({
      method,
      url: '/api/logout/',
      config: anonymous,
      schema,
      handler: async (request, reply) => {
        const session = request.identity?.session;
        // a link of another site must not log anybody out
        if (session) {
          if (method === 'POST') checkCsrf(request, session.csrfToken);
          else if ((request.headers['sec-fetch-site'] ?? 'none') === 'cross-site')
            throw ApiError.forbidden();
          await authenticator.end(session);
        }
        return reply
          .clearCookie(SESSION_COOKIE, cookies)
          .setCookie('userLoggedIn', 'false', cookies)
          .redirect('/api/', 302);
      },
    });
}

/** Gives whoever has none the cookie that a login must carry. */
export function giveCsrf(
  request: FastifyRequest,
  reply: FastifyReply,
  cookies: CookieOptions,
): void {
  if (request.cookies[CSRF_COOKIE] === undefined)
    reply.setCookie(CSRF_COOKIE, newSecret(), cookies);
}

/** Where to go on: an address of this server and no other. */
function ownAddress(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/api/';
}
