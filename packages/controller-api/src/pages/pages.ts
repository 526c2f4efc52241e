import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formFor, readPageFiles, type PageFile } from './page-files.js';

/** Nothing comes from elsewhere and nothing stands in the page itself: neither scripts nor styles. */
const POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
const INDEX = '/index.html';
/** Addresses that are never a page. */
const others = /^\/(?:api|websocket|assets)(?:\/|$)/;

/** Answers a request for a page, if it is one. */
export type PageAnswer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined;

/**
 * Serves the pages that were built into a folder: its files by their names, and the one page for every other address that a
 * browser goes to; what is shown there is decided in the browser.
 *
 * @returns answers addresses that no route has
 */
export function addPages(app: FastifyInstance, folder: string): PageAnswer {
  const files = readPageFiles(folder);
  const index = files.get(INDEX);
  if (index === undefined) throw new Error(`there are no pages in ${folder}: ${INDEX} is missing`);
  for (const [url, file] of files)
    if (file !== index)
      app.get(url, { config: { isFile: true }, schema: { hide: true } }, (request, reply) =>
        send(file, request, reply),
      );
  app.get('/', { config: { isFile: true }, schema: { hide: true } }, (request, reply) =>
    send(index, request, reply),
  );
  return (request, reply) => (isPage(request) ? send(index, request, reply) : undefined);
}

function isPage({ method, url, headers }: FastifyRequest): boolean {
  const isRead = method === 'GET' || method === 'HEAD';
  return (
    isRead && !others.test(url.split('?')[0] ?? '') && /\btext\/html\b/.test(headers.accept ?? '')
  );
}

function send(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { encoding, body } = formFor(file, request.headers['accept-encoding']);
  if (encoding !== undefined) reply.header('Content-Encoding', encoding);
  return reply
    .code(200)
    .type(file.type)
    .header('Content-Security-Policy', POLICY)
    .header('Vary', 'Accept-Encoding')
    .header('Cache-Control', file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    .send(body);
}
