const reasons = /** @type {Record<number, string>} */ ({
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
});

/**
 * An answer as the API server gives it.
 *
 * @param {import('./index.d.mts').Fault} fault whose status is given
 */
export function refusal({ status = 500, reason = reasons[status], message, retryAfterSeconds }) {
  const body = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: message ?? `${reason}, says the fault proxy`,
    reason,
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
    code: status,
  });
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  };
  return { status, headers, body };
}

/** The same for a connection on which no answer has begun. @param {import('./index.d.mts').Fault} fault */
export function rawRefusal(fault) {
  const { status, headers, body } = refusal(fault);
  const lines = Object.entries({ ...headers, connection: 'close' }).map((pair) => pair.join(': '));
  return [`HTTP/1.1 ${status} ${reasons[status] ?? ''}`, ...lines, '', body].join('\r\n');
}

/**
 * The first lines of an answer to an upgrade. One that is refused ends with the connection.
 *
 * @param {import('node:http').IncomingMessage} answer
 */
export function headOf({ statusCode, statusMessage, rawHeaders }) {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  const isRefused = statusCode !== 101;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (isRefused && /^(connection|transfer-encoding)$/i.test(name)) continue;
    lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  if (isRefused) lines.push('connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}
