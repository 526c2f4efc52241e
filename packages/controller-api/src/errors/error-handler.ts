import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  LaunchError,
  ResourceStoreError,
  type ResourceStoreErrorCode,
} from '@receptorjs/controller-core';
import type { PageAnswer } from '../pages/pages.js';
import { ApiError } from './api-error.js';

const MAX_PATH = 8192;
/** What a refusal of the store says to whoever asked for it. */
const refusals: Partial<Record<ResourceStoreErrorCode, string>> = {
  'bad-query': 'A pattern is not understood.',
  'too-slow':
    'What was asked for takes too long: ask for less of it, by a filter that is simpler or finds fewer rows.',
};

/** Reads bodies of JSON; an empty one is none. */
export function addJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, parsed) => {
    if (body === '') parsed(null);
    else void parse(request, String(body), parsed);
  });
}

/**
 * Answers errors in the shapes that clients know, and addresses that are not there.
 *
 * @param page answers those of them that are a page for a browser
 */
export function addErrors(app: FastifyInstance, page?: PageAnswer): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = asApiError(error);
    if (known === undefined) {
      request.log.error({ err: error }, 'a request failed');
      return reply.code(500).send({ detail: 'A server error has occurred.' });
    }
    return reply.code(known.status).headers(known.headers).send(known.body);
  });
  app.setNotFoundHandler((request, reply) => page?.(request, reply) ?? notFound(request, reply));
}

function asApiError(
  error: FastifyError | ApiError | ResourceStoreError | LaunchError,
): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof LaunchError) return new ApiError(400, error.problems);
  if (error instanceof ResourceStoreError && error.code === 'busy')
    return new ApiError(503, { detail: 'The database is busy. Try again later.' });
  if (error instanceof ResourceStoreError)
    return ApiError.badRequest(refusals[error.code] ?? 'A value is not allowed here.');
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError(415, { detail: 'Unsupported media type in request.' });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError(413, { detail: 'The body of the request is too large.' });
    default:
  }
  const status = error.statusCode;
  if (error instanceof SyntaxError && status === 400)
    return ApiError.badRequest(`JSON parse error - ${error.message}`);
  return status !== undefined && status >= 400 && status < 500
    ? new ApiError(status, { detail: error.message })
    : undefined;
}

/** Answers addresses that no route can be looked for with, which come before all hooks. */
export function answerUnroutable(
  { statusCode = 400 }: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply.code(statusCode).send({ detail: 'The address is not understood.' });
}

function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = '', query] = request.url.split('?');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  // `//host` would lead to another server
  if (isRead && path.startsWith('/api') && !path.endsWith('/') && path.length < MAX_PATH)
    return reply.redirect(`${path}/${query === undefined ? '' : `?${query}`}`, 301);
  return reply.code(404).send({ detail: 'The requested resource could not be found.' });
}
