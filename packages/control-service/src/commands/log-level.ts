import type { JsonObject } from '@receptorjs/control-protocol';
import { badRequest } from '../errors.js';
import type { LogLevelHandler, RequestOrigin } from '../handlers.js';
import { keyword, optionalString, type Request } from './request.js';

/**
 * Answers `log-level`, which tells the least severe level that is logged, and `log-level LEVEL`, which changes it until the next reload.
 * Only those on this machine who may use the Unix socket are answered.
 *
 * @throws {ControlServiceError} `bad-request`
 */
export function logLevelReply(
  request: Request,
  { transport }: RequestOrigin,
  handler: LogLevelHandler,
): JsonObject {
  if (transport !== 'unix') throw badRequest('log-level is answered on Unix sockets only');
  const wanted = keyword(
    request.form === 'line' ? request.text.trim() : (optionalString(request.fields, 'level') ?? ''),
  );
  if (wanted !== '' && !handler.set(wanted)) {
    throw badRequest(`log-level takes ${handler.levels.join(', ')}`);
  }
  return { LogLevel: handler.get() };
}
