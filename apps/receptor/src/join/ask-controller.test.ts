import { issueCertificate, newAuthority } from '@receptorjs/certificates';
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { askController } from './ask-controller.js';

const request = { token: 't', node_id: 'far', node_type: 'execution', csr: 'c' } as const;
const answer = {
  node_id: 'far',
  node_type: 'execution',
  certificate: '-----BEGIN CERTIFICATE-----',
  ca: '-----BEGIN CERTIFICATE-----',
  peers: ['127.0.0.1:1'],
  work_public_key: '-----BEGIN PUBLIC KEY-----',
  listener_port: null,
};

let server: Server;
let url: URL;
let fingerprint: string;
let requests = 0;
let reply: RequestListener;

beforeAll(async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificate = issueCertificate(await newAuthority({ commonName: 'ca', bits: 2048 }), {
    key: privateKey,
    commonName: 'controller',
    ipAddress: ['127.0.0.1'],
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
  });
  fingerprint = createHash('sha256')
    .update(new X509Certificate(certificate).raw)
    .digest('base64url');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  server = createServer({ cert: certificate, key }, (incoming, response) => {
    requests += 1;
    reply(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/below/`);
});
beforeEach(() => {
  requests = 0;
  reply = (_incoming, response) => response.end(JSON.stringify(answer));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

it('a controller that nobody vouches for is trusted by the fingerprint of the token', async () => {
  let path = '';
  reply = (incoming, response) => {
    path = incoming.url ?? '';
    response.end(JSON.stringify(answer));
  };
  expect(await askController(url, fingerprint, request)).toEqual(answer);
  expect(path).toBe('/below/api/v2/join/');
});

it('nothing is sent to another one', async () => {
  await expect(askController(url, 'x'.repeat(43), request)).rejects.toThrow('another certificate');
  await expect(askController(url, undefined, request)).rejects.toThrow("can't be reached safely");
  expect(requests).toBe(0);
});

it('a refusal is told; an answer that is cut off may be asked for again', async () => {
  reply = (_incoming, response) => response.writeHead(403).end('{"detail":"it was\\u001b used"}');
  await expect(askController(url, fingerprint, request)).rejects.toMatchObject({
    message: expect.stringContaining('it was  used') as string,
    mayHaveArrived: false,
  });
  reply = (_incoming, response) => response.writeHead(504).end();
  await expect(askController(url, fingerprint, request)).rejects.toMatchObject({
    message: expect.stringContaining('fails: HTTP status 504') as string,
    mayHaveArrived: true,
  });
  reply = (_incoming, response) => response.destroy();
  await expect(askController(url, fingerprint, request)).rejects.toMatchObject({
    mayHaveArrived: true,
  });
});
