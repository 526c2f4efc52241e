import type { PluginSettings } from '@receptorjs/runner-events';
import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Headers that belong to the message, not to the caller. */
const OWN = new Set(['content-length', 'transfer-encoding', 'connection', 'idempotency-key']);

/**
 * Reads `runner_http_headers`. A header of the settings wins over the one made of the URL's credentials.
 *
 * @throws {EventPluginError} with `code` `configuration` for a header that can't be sent; its value is not shown.
 */
export function readHeaders(
  settings: PluginSettings,
  credentials: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (credentials !== undefined)
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  for (const [name, value] of Object.entries(settings.texts('headers'))) {
    const lower = name.toLowerCase();
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      settings.reject(
        'headers',
        `headers that HTTP can carry, which ${JSON.stringify(name)} is not`,
      );
    }
    if (OWN.has(lower)) settings.reject('headers', `headers other than ${lower}`);
    headers[lower] = value;
  }
  return headers;
}
