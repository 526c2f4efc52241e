import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiContext } from '../api-context.js';
import { createApi, type Api } from '../server.js';

const folder = mkdtempSync(join(tmpdir(), 'pages-'));
let api: Api;
let url: string;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>the pages</title>');
  writeFileSync(join(folder, 'assets', 'main-abc.js'), 'export {};');
  writeFileSync(join(folder, 'assets', 'main-abc.js.gz'), gzipSync('export {};'));
  writeFileSync(join(folder, 'notes.txt'), 'no kind of file that pages have');
  // nothing is asked of what a server is made over: files are nobody's
  const context = { facts: { hostname: 'one', version: '1', installUuid: '' } } as ApiContext;
  api = await createApi(context, { logger: false, pages: folder });
  url = await api.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** As it comes, without what a client unpacks by itself. */
const get = (path: string, headers: Record<string, string> = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    request(url + path, { headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    })
      .on('error', reject)
      .end();
  });
const html = { accept: 'text/html,*/*' };

it('serves the page at the root and wherever a browser goes to', async () => {
  for (const path of ['/', '/jobs/playbook/7?line=3', '/no/such/page']) {
    const { status, headers, text } = await get(path, html);
    expect([status, text]).toEqual([200, '<!doctype html><title>the pages</title>']);
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
  }
});

it('answers what is no page as before: by JSON', async () => {
  for (const [path, headers] of [
    ['/api/none/', html],
    ['/api/v2/none/', html],
    ['/assets/main-xyz.js', html],
    ['/websocket/none', html],
    ['/jobs', { accept: 'application/json' }],
    ['/notes.txt', {}],
    ['/assets/..%2findex.html', {}],
  ] as const) {
    const { status, text } = await get(path, headers);
    expect([path, status]).toEqual([path, 404]);
    expect(JSON.parse(text)).toHaveProperty('detail');
  }
});

it('lets browsers keep what never changes, compressed where they take it', async () => {
  const plain = await get('/assets/main-abc.js');
  expect([plain.text, plain.headers['content-type']]).toEqual([
    'export {};',
    'text/javascript; charset=utf-8',
  ]);
  expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(plain.headers['content-encoding']).toBeUndefined();
  const packed = await get('/assets/main-abc.js', { 'accept-encoding': 'br;q=0, gzip' });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.headers.vary).toBe('Accept-Encoding');
});

it('refuses a folder without pages', async () => {
  const context = { facts: { hostname: 'one', version: '1', installUuid: '' } } as ApiContext;
  const made = createApi(context, { logger: false, pages: join(folder, 'assets') });
  await expect(made).rejects.toThrow('index.html is missing');
});
