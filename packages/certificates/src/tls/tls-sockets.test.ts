import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connectTls,
  createTlsServer,
  TlsClient,
  TlsServer,
  type CertificateError,
  type TlsClientConfig,
  type TlsServerConfig,
} from '../index.js';
import { issue, TestFolder, type TestIdentity } from '../test-pki.js';

const ca = issue('root', { ca: true });
const middle = issue('middle', { issuer: ca, ca: true });
const here = { hosts: ['localhost'], addresses: ['127.0.0.1'] };
const leaf = issue('leaf', { issuer: middle, ...here });
const user = issue('user', { issuer: ca });
const person = issue('person', { issuer: middle });
const stranger = issue('stranger', { ca: true, ...here });
const old = issue('old', {
  issuer: ca,
  ...here,
  notBefore: '2000-01-01T00:00:00Z',
  notAfter: '2001-01-01T00:00:00Z',
});

let folder: TestFolder;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await TestFolder.make();
  await folder.write('ca', ca);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await folder.remove();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that says hello, and what it refuses. */
async function serve(
  chain: readonly [TestIdentity, ...TestIdentity[]],
  config: Partial<TlsServerConfig> = {},
  farewell: (error: CertificateError) => Buffer = () => Buffer.alloc(0),
): Promise<{ port: number; refused: Promise<CertificateError>; server: TlsServer }> {
  const files = await folder.write('server', ...chain);
  const server = await TlsServer.load(
    { name: 'in', ...files, skipReceptorNamesCheck: true, ...config },
    { nodeId: 'a' },
  );
  cleanups.push(() => server.close());
  let refuse: (error: CertificateError) => void = () => undefined;
  const refused = new Promise<CertificateError>((resolve) => (refuse = resolve));
  const listener = createTlsServer(server, {
    accepted: (socket) => {
      socket.on('error', () => undefined);
      socket.end('hello');
      socket.resume();
    },
    refused: (error) => refuse(error),
    farewell,
  });
  return { port: await listen(listener), refused, server };
}

async function connect(
  port: number,
  config: Partial<TlsClientConfig> = {},
  host = 'localhost',
): Promise<TLSSocket> {
  const client = await TlsClient.load(
    { name: 'out', rootCas: folder.file('ca.crt'), skipReceptorNamesCheck: true, ...config },
    { nodeId: 'a' },
  );
  cleanups.push(() => client.close());
  const socket = await connectTls(client, { host, port });
  cleanups.push(() => socket.destroy());
  return socket;
}

async function answer(socket: TLSSocket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('a connection with TLS', () => {
  it('opens by host name and by address', async () => {
    const { port } = await serve([leaf, middle]);
    expect(await answer(await connect(port))).toBe('hello');
    expect(await answer(await connect(port, {}, '127.0.0.1'))).toBe('hello');
  });

  it.each([
    ['root', { servers: ca, clients: ca }],
    ['issuing CA', { servers: middle, clients: middle }],
    ['peer itself', { servers: leaf, clients: person }],
  ])('opens where the %s is trusted and nobody else', async (_who, trusted) => {
    for (const [name, identity] of Object.entries(trusted)) await folder.write(name, identity);
    const files = await folder.write('person', person, middle);
    for (const requireClientCert of [true, false]) {
      const clientCas = folder.file('clients.crt');
      const { port } = await serve([leaf, middle], { requireClientCert, clientCas });
      const rootCas = folder.file('servers.crt');
      expect(await answer(await connect(port, { ...files, rootCas }))).toBe('hello');
      expect(await answer(await connect(port, { ...files, rootCas }, '127.0.0.1'))).toBe('hello');
    }
  });

  it('is not opened over an issuing CA that is trusted to a certificate of another', async () => {
    await folder.write('middle', middle);
    const rootCas = folder.file('middle.crt');
    const { port, refused } = await serve([leaf, middle], { clientCas: rootCas });
    const files = await folder.write('user', user);
    expect(await answer(await connect(port, { ...files, rootCas }))).toBe('');
    expect(await refused).toMatchObject({ code: 'untrusted' });
    const direct = await serve([issue('leaf', { issuer: ca, ...here })]);
    await expect(connect(direct.port, { rootCas })).rejects.toMatchObject({ code: 'untrusted' });
  });

  it('uses TLS 1.3 where that is the least', async () => {
    const { port } = await serve([leaf, middle], { minTls13: true });
    expect((await connect(port)).getProtocol()).toBe('TLSv1.3');
  });

  it.each([
    ['of an unknown CA', stranger, 'untrusted'],
    ['that has expired', old, 'expired'],
    ['without the CA between', leaf, 'untrusted'],
    ['for another host', issue('leaf', { issuer: ca, hosts: ['elsewhere'] }), 'wrong-name'],
    [
      'for clients alone',
      issue('leaf', { issuer: ca, ...here, purposes: ['client'] }),
      'wrong-purpose',
    ],
  ])('is not opened to a server with a certificate %s', async (_how, identity, code) => {
    const { port } = await serve([identity]);
    await expect(connect(port)).rejects.toMatchObject({ name: 'CertificateError', code });
  });

  it('checks fingerprints even with insecureSkipVerify', async () => {
    const { port } = await serve([stranger]);
    expect(await answer(await connect(port, { insecureSkipVerify: true }))).toBe('hello');
    const pins = ['00'.repeat(32)];
    await expect(
      connect(port, { insecureSkipVerify: true, pinnedServerCert: pins }),
    ).rejects.toMatchObject({ code: 'not-pinned' });
  });

  it('needs a right certificate of the client where it is required', async () => {
    const { port, refused } = await serve([leaf, middle], {
      requireClientCert: true,
      clientCas: folder.file('ca.crt'),
    });
    const files = await folder.write('user', user);
    expect(await answer(await connect(port, files))).toBe('hello');
    expect(await answer(await connect(port))).toBe('');
    expect(await refused).toMatchObject({ code: 'missing' });
  });

  it('says farewell to a client that is refused, whatever that has sent', async () => {
    const { port } = await serve(
      [leaf, middle],
      { requireClientCert: true, clientCas: folder.file('ca.crt') },
      ({ message }) => Buffer.from(message),
    );
    const socket = await connect(port);
    socket.write(Buffer.alloc(1_000_000));
    expect(await answer(socket)).toBe('the client gave no certificate');
  });

  it.each([
    [stranger, 'untrusted'],
    [old, 'expired'],
  ])('refuses a wrong certificate of the client even where none is required', async (who, code) => {
    const { port, refused } = await serve([leaf, middle], { clientCas: folder.file('ca.crt') });
    expect(await answer(await connect(port))).toBe('hello');
    const files = await folder.write('user', who);
    expect(await answer(await connect(port, files))).toBe('');
    expect(await refused).toMatchObject({ code });
  });

  it('uses the certificate that the files hold now, and leaves open ones alone', async () => {
    const { port, server } = await serve([leaf, middle]);
    const before = await connect(port);
    await folder.write('server', stranger);
    await server.refresh();
    await expect(connect(port)).rejects.toMatchObject({ code: 'untrusted' });
    expect(await answer(before)).toBe('hello');
  });

  it('ends with a reason when the server speaks no TLS, or nothing', async () => {
    const plain = await listen(createServer((socket) => socket.end('SSH-2.0\r\n')));
    await expect(connect(plain)).rejects.toMatchObject({ code: 'tls-failed' });
    const client = await TlsClient.load({ name: 'out' }, { nodeId: 'a' });
    cleanups.push(() => client.close());
    const silent = await listen(createServer((socket) => cleanups.push(() => socket.destroy())));
    await expect(
      connectTls(client, { host: '127.0.0.1', port: silent, timeoutMs: 50 }),
    ).rejects.toMatchObject({
      code: 'tls-failed',
      message: expect.stringContaining('50 ms') as string,
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(connectTls(client, { host: '127.0.0.1', port: silent, signal })).rejects.toThrow(
      'enough',
    );
  });
});
