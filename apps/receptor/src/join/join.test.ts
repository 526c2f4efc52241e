import { writeJoinToken } from '@receptorjs/join-protocol';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { join } from './join.js';

const answer = {
  node_id: 'far',
  node_type: 'execution',
  certificate: '-----BEGIN CERTIFICATE-----',
  ca: '-----BEGIN CERTIFICATE-----',
  peers: ['127.0.0.1:1'],
  work_public_key: '-----BEGIN PUBLIC KEY-----',
  listener_port: null,
};

let folder: string;
let server: Server;
let status = 200;
const keys: unknown[] = [];

beforeEach(async () => {
  folder = mkdtempSync(joinPath(tmpdir(), 'join-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  keys.length = 0;
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.once('end', () => {
      keys.push((JSON.parse(text) as { csr: string }).csr);
      response.writeHead(status).end(JSON.stringify(status === 200 ? answer : { detail: 'no' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const dataDir = (): string => joinPath(folder, 'far');
const joinTo = (config: string) =>
  join([
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writeJoinToken({ secret: 'a'.repeat(43) }),
    ...['--node-id', 'far', '--data-dir', dataDir(), '--config', config],
    ...['--runner', process.execPath, '--no-service'],
  ]);

it('what is refused leaves no file', async () => {
  status = 403;
  expect(await joinTo(joinPath(folder, 'receptor.conf'))).toBe(1);
  expect(existsSync(dataDir())).toBe(false);
});

it('a token that is used up and files that can not be written: the same key is sent again', async () => {
  status = 200;
  const file = joinPath(folder, 'file');
  writeFileSync(file, '');
  expect(await joinTo(joinPath(file, 'receptor.conf'))).toBe(1);
  const config = joinPath(folder, 'receptor.conf');
  expect(await joinTo(config)).toBe(0);
  expect(keys).toHaveLength(2);
  expect(keys[1]).toBe(keys[0]);
  expect(readFileSync(config, 'utf8')).toContain('"tcp-peer":{"address":"127.0.0.1:1"');
});
