import type { PluginSettings } from '@receptorjs/runner-events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { urlToHttpOptions } from 'node:url';

/** Where to post. */
export interface HttpAddress {
  readonly secure: boolean;
  /** Options of a request: host, port and path, or the socket and path. */
  readonly request: Readonly<Record<string, string | number>>;
  /** Without credentials and without a query, which may hold some. */
  readonly shown: string;
  /** The query. */
  readonly query: string;
  /** `user:password` of the URL. */
  readonly credentials?: string;
  /** Parts of the URL that must not show. */
  readonly secrets: readonly string[];
}

/**
 * Reads `runner_http_url` and `runner_http_path`.
 *
 * @returns `undefined` when there is no URL.
 * @throws {EventPluginError} with `code` `configuration` when the URL is neither one of http or https nor a path.
 */
export function readAddress(settings: PluginSettings): HttpAddress | undefined {
  const text = settings.text('url');
  const path = settings.text('path') ?? '/';
  if (!path.startsWith('/') || /[^\x21-\x7e]/.test(path))
    settings.reject('path', 'a path of a request that begins with /, in ASCII and without spaces');
  if (text === undefined) return undefined;
  const isHttp = /^https?:\/\//i.test(text);
  if (!isHttp && (text.startsWith('/') || existsSync(text)))
    return {
      secure: false,
      request: { socketPath: resolve(text), path },
      shown: `unix:${text}:${path.split('?')[0] ?? ''}`,
      query: path.includes('?') ? path.slice(path.indexOf('?')) : '',
      secrets: [],
    };
  if (!isHttp || !URL.canParse(text))
    settings.reject('url', 'an http:// or https:// URL or the path of a unix socket');
  const url = new URL(text);
  const { protocol, hostname, port, path: target } = urlToHttpOptions(url);
  return {
    secure: protocol === 'https:',
    request: {
      hostname: String(hostname),
      path: target ?? '/',
      ...(port && { port }),
    },
    shown: `${url.origin}${url.pathname}`,
    query: url.search,
    secrets: [url.password, decoded(url.password), url.search].filter((part) => part.length > 1),
    ...((url.username !== '' || url.password !== '') && {
      credentials: `${decoded(url.username)}:${decoded(url.password)}`,
    }),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
