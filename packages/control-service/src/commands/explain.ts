import type { JsonValue } from '@receptorjs/control-protocol';
import { badRequest } from '../errors.js';
import type { MeshHandler } from '../handlers.js';
import type { Request } from './request.js';

/**
 * Answers `explain`, which is added to the protocol: `explain NODE [SERVICE [TLSCLIENT]]`, or the JSON fields `target`,
 * `service` and `tls`.
 */
export async function explainReply(
  request: Request,
  explain: NonNullable<MeshHandler['explain']>,
  signal: AbortSignal,
): Promise<JsonValue> {
  const [target, service, tlsClient] =
    request.form === 'line'
      ? request.text.split(' ', 4)
      : [request.fields['target'], request.fields['service'], request.fields['tls']];
  if (target === undefined || target === '') throw badRequest('no explain target');
  return explain(textOf('explain target', target), {
    service: optionalText('explain service', service),
    tlsClient: optionalText('explain tls name', tlsClient),
    signal,
  });
}

function textOf(what: string, value: JsonValue): string {
  if (typeof value !== 'string') throw badRequest(`${what} must be string`);
  return value;
}

function optionalText(what: string, value: JsonValue | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : textOf(what, value);
}
