import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, readFile } from 'node:fs/promises';
import type { TlsClient, TlsServer } from '@receptorjs/certificates';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTlsMissing, type StreamError } from '../errors.js';
import type { MeshStream } from '../mesh-stream.js';
import { chain, echo, type Member } from '../testing/test-mesh.js';
import { TestPki } from '../testing/test-tls.js';

let pki: TestPki;
beforeAll(async () => {
  pki = await TestPki.make();
  await pki.issue('near', 'near');
  await pki.issue('far', 'far');
  await pki.issue('stranger', 'far', { ca: 'other' });
  await pki.issue('old', 'far', { notAfter: '2001-01-01T00:00:00Z' });
  await pki.issue('stranger-near', 'near', { ca: 'other' });
  await pki.issue('old-near', 'near', { notAfter: '2001-01-01T00:00:00Z' });
  await pki.issue('issued-far', 'far', { ca: 'issuing' });
  await pki.issue('issued-near', 'near', { ca: 'issuing' });
}, 60_000);
afterAll(() => pki.remove());

async function fingerprint(name: string, digest: string): Promise<string> {
  const { raw } = new X509Certificate(await readFile(pki.file(`${name}.crt`)));
  return createHash(digest)
    .update(raw)
    .digest('hex')
    .toUpperCase()
    .replace(/..(?=.)/g, '$&:');
}

/** Listens with `server` and dials with `client`: the stream's answer or error, and the listener's error. */
async function attempt(
  mesh: { first: Member; last: Member },
  server: TlsServer | undefined,
  client: TlsClient | undefined,
): Promise<{ answer?: string; near?: unknown; far?: unknown }> {
  let refused: (error: StreamError) => void = () => undefined;
  const far = new Promise<StreamError>((resolve) => (refused = resolve));
  const listener = await mesh.last.streams.listen(
    'echo',
    { tls: server, onRefused: (error) => refused(error) },
    echo,
  );
  try {
    const stream = await mesh.first.streams.dial('far', 'echo', { tls: client });
    stream.end('hello');
    return { answer: await text(stream) };
  } catch (near) {
    return { near, far: await far };
  } finally {
    listener.close();
  }
}

async function text(stream: MeshStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('streams with TLS', () => {
  let mesh: { first: Member; last: Member };

  const refusal = (side: string, code: string, message: string): object => ({
    code: 'handshake-failed',
    message: expect.stringContaining(`(${side}): ${message}`) as string,
    cause: { name: 'CertificateError', code },
  });

  async function expectRefusal(
    server: TlsServer | undefined,
    client: TlsClient | undefined,
    expected: { near: object; far: object },
  ): Promise<void> {
    mesh = await chain('near', 'far');
    expect(await attempt(mesh, server, client)).toMatchObject(expected);
  }

  it.each(['unasked', 'optional', 'required'] as const)(
    'open when client certificates are %s and right',
    async (clients) => {
      mesh = await chain('near', 'hop', 'far');
      const cas = clients === 'unasked' ? {} : { clientCas: pki.file('ca.crt') };
      const server = await pki.server('far', { ...cas, requireClientCert: clients === 'required' });
      expect(server.clientCertificates).toBe(clients);
      const client = await pki.client('near');
      expect(await attempt(mesh, server, client)).toEqual({ answer: 'hello' });
    },
  );

  it('open without a client certificate when it is optional', async () => {
    mesh = await chain('near', 'far');
    const server = await pki.server('far', { clientCas: pki.file('ca.crt') });
    expect(await attempt(mesh, server, await pki.client(undefined))).toEqual({ answer: 'hello' });
  });

  it.each([
    ['issuing CA', 'issuing', 'issuing'],
    ['peer itself', 'issued-far', 'issued-near'],
  ])('open where the %s is trusted and no other', async (_who, far, near) => {
    mesh = await chain('near', 'far');
    const clientCas = pki.file(`${near}.crt`);
    const server = await pki.server('issued-far', { requireClientCert: true, clientCas });
    const rootCas = pki.file(`${far}.crt`);
    const right = await pki.client('issued-near', { rootCas });
    expect(await attempt(mesh, server, right)).toEqual({ answer: 'hello' });
    const wrong = await attempt(mesh, server, await pki.client('near', { rootCas }));
    expect(wrong).toMatchObject({ far: { cause: { code: 'untrusted' } } });
    const other = await attempt(mesh, await pki.server('far'), right);
    expect(other).toMatchObject({ near: { cause: { code: 'untrusted' } } });
  });

  it('are advertised as such', async () => {
    mesh = await chain('near', 'far');
    await mesh.last.streams.listen('echo', { tls: await pki.server('far'), advertise: true }, echo);
    const { advertisements } = mesh.last.node.status();
    expect(advertisements).toMatchObject([{ service: 'echo', connectionType: 2 }]);
  });

  it('are refused when the service is that of another node', async () => {
    const message = 'certificate is valid for Receptor node ID near, not far';
    await expectRefusal(await pki.server('near'), await pki.client('near'), {
      near: refusal('local', 'wrong-name', message),
      far: refusal('remote', 'refused-by-peer', message),
    });
  });

  it('are refused when the CA of the service is unknown', async () => {
    await expectRefusal(await pki.server('stranger'), await pki.client('near'), {
      near: refusal(
        'local',
        'untrusted',
        'certificate is signed by an unknown authority: CN=other',
      ),
      far: refusal('remote', 'untrusted', 'certificate is signed by an unknown authority'),
    });
  });

  it('are refused when the certificate of the service has expired', async () => {
    await expectRefusal(await pki.server('old'), await pki.client('near'), {
      near: refusal(
        'local',
        'expired',
        'certificate of CN=old has expired: it was valid until 2001',
      ),
      far: refusal('remote', 'expired', 'certificate of CN=old has expired'),
    });
  });

  it('are refused when the service is not the one whose fingerprint is known', async () => {
    const pins = [await fingerprint('near', 'sha512')];
    const message = 'presented certificate does not match any pinned fingerprint';
    await expectRefusal(
      await pki.server('far'),
      await pki.client('near', { pinnedServerCert: pins }),
      {
        near: refusal('local', 'not-pinned', message),
        far: refusal('remote', 'refused-by-peer', message),
      },
    );
  });

  it('are refused when the dialer has no certificate and must', async () => {
    const server = await pki.server('far', {
      requireClientCert: true,
      clientCas: pki.file('ca.crt'),
    });
    await expectRefusal(server, await pki.client(undefined), {
      near: refusal('remote', 'missing', 'certificate required'),
      far: refusal('local', 'missing', 'the client gave no certificate'),
    });
  });

  it.each([
    ['of another node', 'far', 'wrong-name', 'refused-by-peer', 'Receptor node ID far, not near'],
    ['of an unknown CA', 'stranger-near', 'untrusted', 'untrusted', 'authority'],
    ['that has expired', 'old-near', 'expired', 'expired', 'expired'],
  ])(
    'are refused when the dialer shows a certificate %s, required or not',
    async (_how, certificate, code, near, message) => {
      mesh = await chain('near', 'far');
      for (const requireClientCert of [true, false]) {
        const server = await pki.server('far', {
          requireClientCert,
          clientCas: pki.file('ca.crt'),
        });
        const result = await attempt(mesh, server, await pki.client(certificate));
        expect(result).toMatchObject({
          near: { code: 'handshake-failed', cause: { code: near } },
          far: { code: 'handshake-failed', cause: { code } },
        });
        for (const error of [result.near, result.far]) {
          expect((error as Error).message).toContain(message);
        }
      }
    },
  );

  it('are refused when the dialer is not one whose fingerprint is known', async () => {
    const message = 'presented certificate does not match any pinned fingerprint';
    const server = await pki.server('far', {
      requireClientCert: true,
      clientCas: pki.file('ca.crt'),
      pinnedClientCert: [await fingerprint('far', 'sha256')],
    });
    await expectRefusal(server, await pki.client('near'), {
      near: refusal('remote', 'refused-by-peer', message),
      far: refusal('local', 'not-pinned', message),
    });
  });

  it('open when both fingerprints are those that are known', async () => {
    mesh = await chain('near', 'far');
    const server = await pki.server('far', {
      requireClientCert: true,
      clientCas: pki.file('ca.crt'),
      pinnedClientCert: [await fingerprint('far', 'sha256'), await fingerprint('near', 'sha512')],
    });
    const client = await pki.client('near', {
      pinnedServerCert: [(await fingerprint('far', 'sha256')).replaceAll(':', '').toLowerCase()],
    });
    expect(await attempt(mesh, server, client)).toEqual({ answer: 'hello' });
  });

  it('open with insecureSkipVerify whatever the certificate, but for fingerprints', async () => {
    mesh = await chain('near', 'far');
    const server = await pki.server('stranger');
    const careless = await pki.client('near', { insecureSkipVerify: true });
    expect(await attempt(mesh, server, careless)).toEqual({ answer: 'hello' });
    const pinned = await pki.client('near', {
      insecureSkipVerify: true,
      pinnedServerCert: [await fingerprint('far', 'sha256')],
    });
    expect(await attempt(mesh, server, pinned)).toMatchObject({
      near: { cause: { code: 'not-pinned' } },
    });
  });

  it('never reach a service without, nor a dial without one with', async () => {
    mesh = await chain('near', 'far');
    const careless = await pki.client('near', { insecureSkipVerify: true });
    expect(await attempt(mesh, undefined, careless)).toMatchObject({
      near: { code: 'handshake-failed', cause: { code: 'insecure-service' } },
      far: {
        code: 'handshake-failed',
        message: 'CRYPTO_ERROR 0x12a (remote): secure connection to insecure service',
      },
    });
    const text = 'insecure connection to secure service';
    const withoutTls = await attempt(mesh, await pki.server('far'), undefined);
    expect(withoutTls).toMatchObject({
      near: { code: 'handshake-failed', message: `CRYPTO_ERROR 0x12a (local): ${text}` },
      far: { code: 'handshake-failed', message: `CRYPTO_ERROR 0x12a (remote): ${text}` },
    });
    expect(isTlsMissing(withoutTls.near)).toBe(true);
    expect(isTlsMissing(new Error('secure connection to insecure service'))).toBe(false);
  });

  it('use the certificate that the files hold, and leave open streams alone', async () => {
    mesh = await chain('near', 'far');
    for (const end of ['crt', 'key']) {
      await copyFile(pki.file(`far.${end}`), pki.file(`live.${end}`));
    }
    const server = await pki.server('live');
    const client = await pki.client('near');
    await mesh.last.streams.listen('echo', { tls: server }, echo);
    const before = await mesh.first.streams.dial('far', 'echo', { tls: client });
    for (const end of ['crt', 'key']) {
      await copyFile(pki.file(`stranger.${end}`), pki.file(`live.${end}`));
    }
    await server.refresh();
    await expect(mesh.first.streams.dial('far', 'echo', { tls: client })).rejects.toMatchObject({
      cause: { code: 'untrusted' },
    });
    before.write('still here');
    await once(before, 'readable');
    expect(String(before.read())).toBe('still here');
  });
});
