import type { FastifyRequest } from 'fastify';
import { ApiError } from '../errors/api-error.js';
import { isSame } from './secrets.js';

export const CSRF_COOKIE = 'csrftoken';
export const SESSION_COOKIE = 'awx_sessionid';

/** How our cookies are set. */
export interface CookieOptions {
  readonly path: '/';
  readonly sameSite: 'lax';
  /** Over TLS alone, where the request came by it. */
  readonly secure: 'auto';
}

/**
 * Whether a request that a browser could have been made to send carries what only our pages know.
 *
 * @param expected what the cookie or the session has
 * @throws {ApiError} 403
 */
export function checkCsrf(
  request: FastifyRequest,
  expected: string | undefined,
  inForm?: unknown,
): void {
  const header = request.headers['x-csrftoken'];
  const given = typeof header === 'string' ? header : inForm;
  if (expected === undefined || typeof given !== 'string' || !isSame(given, expected))
    throw ApiError.forbidden('CSRF Failed: CSRF token missing or incorrect.');
  for (const name of ['origin', 'referer'] as const) {
    const from = request.headers[name];
    if (typeof from === 'string' && hostOf(from) !== request.host)
      throw ApiError.forbidden(`CSRF Failed: ${name} checking failed.`);
  }
}

/**
 * Whether a browser's connection was opened by a page of ours: others can open one with our cookie, and read what comes.
 *
 * @throws {ApiError} 403
 */
export function checkOrigin({ headers: { origin }, host }: FastifyRequest): void {
  if (origin === undefined || hostOf(origin) !== host)
    throw ApiError.forbidden('origin checking failed.');
}

function hostOf(address: string): string | undefined {
  try {
    return new URL(address).host;
  } catch {
    return undefined;
  }
}
