import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { ApiError } from '../errors/api-error.js';
import type { CurrentUser } from '../permissions/roles.js';
import { errorSchema } from '../resources/body-schema.js';

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

/** A request whose sender is known. */
export interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly user: CurrentUser;
  readonly query: URLSearchParams;
}

/** One method of an address. */
export interface Operation {
  readonly summary: string;
  /** Whether somebody may do it at all. Default: everybody who is known. */
  readonly isAllowed?: (user: CurrentUser) => boolean;
  readonly schema?: FastifySchema;
  /** The body as it is validated, from the one that came. */
  readonly readBody?: (body: unknown) => unknown;
  readonly handle: (call: Call) => Promise<unknown>;
}

/** An address and what it does. */
export interface Endpoint {
  readonly path: string;
  readonly name: string;
  readonly description?: string;
  /** For the OpenAPI document. */
  readonly tag: string;
  /** Fields of the methods for clients that ask by OPTIONS: those that somebody may call. */
  readonly actions?: Partial<Record<Method, Readonly<Record<string, unknown>>>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly operations: Readonly<Partial<Record<Method, Operation>>>;
}

/** Fastify's `config` of our routes. */
export interface RouteConfig {
  /** Whether everybody is answered, known or not. */
  readonly isAnonymous?: boolean;
  /** Whether it is a file of the pages, of which nobody is asked who they are. */
  readonly isFile?: boolean;
}

/** The query of a request as it came: Fastify's own would lose what is given twice. */
export const queryOf = ({ raw: { url = '' } }: FastifyRequest): URLSearchParams =>
  new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');

/** Adds an address, with OPTIONS, and 405 for what it does not do. */
export function addEndpoint(app: FastifyInstance, endpoint: Endpoint): void {
  const { path, operations, tag } = endpoint;
  const offered = methods.filter((method) => operations[method] !== undefined);
  const allow = [...offered, ...(operations.GET ? ['HEAD'] : []), 'OPTIONS'];
  const params = paramsOf(path);
  refuseMethods(app, path, ['TRACE', 'QUERY'], allow);
  for (const method of methods) {
    const operation = operations[method];
    app.route({
      method,
      url: path,
      schema:
        operation === undefined
          ? { hide: true }
          : {
              tags: [tag],
              summary: operation.summary,
              ...params,
              ...operation.schema,
              response: { ...refusals(method), ...answersOf(operation) },
            },
      attachValidation: true,
      preValidation: (request, reply, done) => {
        reply.header('Allow', allow.join(', ')).header('Vary', 'Accept, Cookie');
        const user = known(request);
        if (operation === undefined) throw ApiError.notAllowed(method, allow);
        if (user.isReadOnly && method !== 'GET') throw ApiError.forbidden();
        if (operation.isAllowed?.(user) === false) throw ApiError.forbidden();
        if (operation.readBody) request.body = operation.readBody(request.body);
        done();
      },
      handler: async (request, reply) => {
        if (operation === undefined) throw ApiError.notAllowed(method, allow);
        return operation.handle({ request, reply, user: known(request), query: queryOf(request) });
      },
    });
  }
  app.route({
    method: 'OPTIONS',
    url: path,
    schema: { hide: true },
    handler: (request, reply) => {
      const user = known(request);
      const mine = allow.filter((method) => isMine(operations[method as Method], method, user));
      return reply
        .header('Allow', mine.join(', '))
        .header('Vary', 'Accept, Cookie')
        .send(metadata(endpoint, user));
    },
  });
}

/** Answers 405 to methods of an address that it does not do, to everybody: there is nothing behind them. */
export function refuseMethods(
  app: FastifyInstance,
  url: string,
  refused: readonly string[],
  allow: readonly string[],
): void {
  app.route({
    // QUERY is known to newer versions of Node
    method: refused.filter((method) => app.supportedMethods.includes(method)),
    url,
    config: { isAnonymous: true },
    schema: { hide: true },
    // before a body is asked for
    onRequest: ({ method }, _reply, done) => done(ApiError.notAllowed(method, allow)),
    handler: () => undefined,
  });
}

/** How every operation may refuse a request, for the document. */
function refusals(method: Method): Readonly<Record<number, object>> {
  const always = [400, 401, 403, 404, 429];
  const ofBodies = method === 'GET' || method === 'DELETE' ? [] : [413, 415];
  return Object.fromEntries([...always, ...ofBodies].map((status) => [status, errorSchema]));
}

/** What an operation says of its answers; an object where it says nothing. */
function answersOf({ schema }: Operation): Readonly<Record<number, unknown>> {
  const said = (schema?.response ?? {}) as Readonly<Record<number, unknown>>;
  const hasSuccess = Object.keys(said).some((status) => status.startsWith('2'));
  return hasSuccess ? said : { 200: { type: 'object', additionalProperties: true }, ...said };
}

/** @throws {ApiError} 401 */
export function known(request: FastifyRequest): CurrentUser {
  if (request.identity === undefined) throw ApiError.unauthenticated();
  return request.identity.user;
}

/** Whether somebody may use a method; HEAD and OPTIONS have no operation of their own. */
const isMine = (operation: Operation | undefined, method: string, user: CurrentUser): boolean =>
  operation?.isAllowed?.(user) !== false &&
  !(user.isReadOnly && operation !== undefined && method !== 'GET');

function metadata(endpoint: Endpoint, user: CurrentUser): Record<string, unknown> {
  const { name, description = '', actions = {}, operations } = endpoint;
  const allowed = Object.entries(actions).filter(([method]) =>
    isMine(operations[method as Method], method, user),
  );
  return {
    name,
    description,
    renders: ['application/json'],
    parses: ['application/json'],
    ...(allowed.length > 0 ? { actions: Object.fromEntries(allowed) } : {}),
    ...endpoint.metadata,
  };
}

function paramsOf(path: string): { params?: object } {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  if (names.length === 0) return {};
  const properties = Object.fromEntries(
    names.map((name) => [name, { type: 'string', minLength: 1, maxLength: 1200 }]),
  );
  return { params: { type: 'object', properties, required: names } };
}
