import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TlsClient, TlsServer } from '@receptorjs/certificates';
import { MeshNode } from '@receptorjs/netceptor';
import { listenTcp } from '@receptorjs/netceptor-backends';
import { goReceptor, GoReceptor, readLine, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamError } from './errors.js';
import { StreamHost } from './stream-host.js';
import { echo } from './testing/test-mesh.js';
import { TestPki } from './testing/test-tls.js';

const withoutGo = skipsWithoutGo();

describe.skipIf(withoutGo)(`TLS with a Go receptor ${goReceptor.missing}`, () => {
  let pki: TestPki;
  let node: MeshNode;
  let streams: StreamHost;
  let go: GoReceptor;

  beforeAll(async () => {
    pki = await TestPki.make();
    await pki.issue('ours', 'ours');
    await pki.issue('go', 'go');
    await pki.issue('stranger-ours', 'ours', { ca: 'other' });
    await pki.issue('stranger-go', 'go', { ca: 'other' });
    await pki.issue('old-ours', 'ours', { notAfter: '2001-01-01T00:00:00Z' });
    await pki.issue('old-go', 'go', { notAfter: '2001-01-01T00:00:00Z' });
    const server = (name: string, certificate: string, more: object = {}): object => ({
      'tls-server': {
        name,
        cert: pki.file(`${certificate}.crt`),
        key: pki.file(`${certificate}.key`),
        skipreceptornamescheck: true,
        ...more,
      },
    });
    const client = (name: string, certificate: string, more: object = {}): object => ({
      'tls-client': {
        name,
        cert: certificate === '' ? '' : pki.file(`${certificate}.crt`),
        key: certificate === '' ? '' : pki.file(`${certificate}.key`),
        rootcas: pki.file('ca.crt'),
        skipreceptornamescheck: true,
        ...more,
      },
    });
    const clientcas = pki.file('ca.crt');
    const services = ['unasked', 'optional', 'required', 'misnamed', 'stranger', 'old', 'strict'];
    node = new MeshNode({ nodeId: 'ours' });
    streams = new StreamHost(node);
    const { address } = await listenTcp(node, { host: '127.0.0.1', port: 0 });
    go = await GoReceptor.start('go', [
      server('unasked', 'go'),
      server('optional', 'go', { clientcas }),
      server('required', 'go', { clientcas, requireclientcert: true }),
      server('strict', 'go', { clientcas, requireclientcert: true, mintls13: true }),
      server('misnamed', 'ours'),
      server('stranger', 'stranger-go'),
      server('old', 'old-go'),
      ...services.map((name) => ({ 'control-service': { service: name, tls: name } })),
      client('right', 'go'),
      client('without', ''),
      client('misnamed', 'ours'),
      client('stranger', 'stranger-go'),
      client('old', 'old-go'),
      client('careless', '', { insecureskipverify: true }),
      client('pinned', '', { pinnedservercert: [await fingerprint('ours')] }),
      client('mispinned', '', { pinnedservercert: [await fingerprint('go')] }),
      { 'tcp-peer': { address: `127.0.0.1:${String(address.port)}` } },
    ]);
    await node.reachable('go');
    await go.logged(/Routing Table:[^]*\bours via /);
  });

  afterAll(async () => {
    await go.stop();
    await streams.close();
    await node.close();
    await pki.remove();
  });

  async function fingerprint(name: string): Promise<string> {
    const { raw } = new X509Certificate(await readFile(pki.file(`${name}.crt`)));
    return createHash('sha256').update(raw).digest('hex');
  }

  describe('as listener', () => {
    /** What the control service of Go says first, or why there is none. */
    async function greeting(service: string, tls: TlsClient | undefined): Promise<string> {
      const stream = await streams.dial('go', service, { tls });
      try {
        return await readLine(stream);
      } finally {
        stream.destroy();
      }
    }

    it.each(['unasked', 'optional', 'required', 'strict'])(
      'opens when client certificates are %s and ours is right',
      async (service) => {
        expect(await greeting(service, await pki.client('ours'))).toBe('Receptor Control, node go');
      },
    );

    it('opens without a certificate of ours when none is asked for', async () => {
      expect(await greeting('unasked', await pki.client(undefined))).toMatch('node go');
    });

    it('opens for the fingerprint that is known, and with insecureSkipVerify', async () => {
      const pinned = { pinnedServerCert: [await fingerprint('go')] };
      expect(await greeting('unasked', await pki.client(undefined, pinned))).toMatch('node go');
      const careless = await pki.client(undefined, { insecureSkipVerify: true });
      expect(await greeting('stranger', careless)).toMatch('node go');
    });

    it.each([
      ['misnamed', 'ours', 'local', 'wrong-name', 'valid for Receptor node ID ours, not go'],
      ['stranger', 'ours', 'local', 'untrusted', 'unknown authority'],
      ['old', 'ours', 'local', 'expired', 'expired'],
      ['required', undefined, 'remote', 'missing', 'certificate'],
      ['required', 'go', 'remote', 'refused-by-peer', 'bad certificate'],
      ['required', 'stranger-ours', 'remote', 'untrusted', 'unknown certificate authority'],
      ['required', 'old-ours', 'remote', 'expired', 'expired'],
      ['optional', 'stranger-ours', 'remote', 'untrusted', 'unknown certificate authority'],
    ])('%s and our certificate %s: refused, %s, %s', async (service, ours, side, code, message) => {
      // The dial itself, though to TLS 1.3 the handshake is done before the listener has verified.
      const dial = streams.dial('go', service, { tls: await pki.client(ours) });
      await expect(dial).rejects.toMatchObject({
        code: 'handshake-failed',
        message: expect.stringMatching(
          new RegExp(`^CRYPTO_ERROR 0x1.. \\(${side}\\): .*${message}`),
        ) as string,
        cause: { code },
      });
    });

    it('refuses a dial without TLS where there is TLS, and the reverse', async () => {
      await expect(greeting('unasked', undefined)).rejects.toThrow(
        'CRYPTO_ERROR 0x12a (local): insecure connection to secure service',
      );
      const careless = await pki.client(undefined, { insecureSkipVerify: true });
      await expect(greeting('control', careless)).rejects.toMatchObject({
        cause: { code: 'insecure-service' },
      });
    });
  });

  describe('as dialer', () => {
    /** What Go's `connect` to an echo of ours comes to: `echo`, or what it says instead; and what we say. */
    async function connect(
      server: TlsServer | undefined,
      client: string,
    ): Promise<{ theirs: string; ours: StreamError | undefined }> {
      let refuse: (error: StreamError) => void = () => undefined;
      const refused = new Promise<StreamError>((resolve) => (refuse = resolve));
      const listener = await streams.listen(
        undefined,
        { tls: server, onRefused: (error) => refuse(error) },
        echo,
      );
      const socket = await go.control();
      try {
        socket.write(`connect ours ${listener.service} ${client}\n`);
        let theirs = await readLine(socket);
        if (theirs === 'Connecting') {
          socket.write('echo\n');
          theirs = await readLine(socket).catch(() => 'closed');
        }
        return { theirs, ours: theirs === 'echo' ? undefined : await refused };
      } finally {
        socket.destroy();
        listener.close();
      }
    }

    it.each(['unasked', 'optional', 'required'] as const)(
      'opens when client certificates are %s and its is right',
      async (clients) => {
        const cas = clients === 'unasked' ? {} : { clientCas: pki.file('ca.crt') };
        const server = await pki.server('ours', {
          ...cas,
          requireClientCert: clients === 'required',
        });
        expect(await connect(server, 'right')).toEqual({ theirs: 'echo', ours: undefined });
      },
    );

    it('opens without a certificate when it is optional, and with pinning', async () => {
      const server = await pki.server('ours', { clientCas: pki.file('ca.crt') });
      expect(await connect(server, 'without')).toMatchObject({ theirs: 'echo' });
      expect(await connect(server, 'pinned')).toMatchObject({ theirs: 'echo' });
    });

    it.each([
      ['go', 'without', 'valid for Receptor node ID go, not ours', 'refused-by-peer'],
      ['stranger-ours', 'without', 'unknown authority', 'refused-by-peer'],
      ['old-ours', 'without', 'expired', 'refused-by-peer'],
      ['ours', 'mispinned', 'pinned fingerprint', 'refused-by-peer'],
    ])(
      'refuses our certificate %s with its configuration %s',
      async (ours, theirs, message, code) => {
        const result = await connect(await pki.server(ours), theirs);
        expect(result.theirs).toContain(message);
        // Go sometimes closes its end before it has said why.
        if (result.ours?.code === 'service-gone') return;
        expect(result.ours).toMatchObject({ code: 'handshake-failed', cause: { code } });
      },
    );

    it.each([
      ['without', 'missing', 'gave no certificate'],
      ['misnamed', 'wrong-name', 'valid for Receptor node ID ours, not go'],
      ['stranger', 'untrusted', 'unknown authority'],
      ['old', 'expired', 'expired'],
    ])('is refused with its configuration %s: %s', async (client, code, message) => {
      const server = await pki.server('ours', {
        clientCas: pki.file('ca.crt'),
        requireClientCert: true,
      });
      const result = await connect(server, client);
      expect(result.theirs).not.toBe('echo');
      expect(result.ours).toMatchObject({
        code: 'handshake-failed',
        message: expect.stringContaining(message) as string,
        cause: { code },
      });
    });

    it('does not reach a service with TLS without', async () => {
      const { theirs } = await connect(await pki.server('ours'), '');
      expect(theirs).toContain('insecure connection to secure service');
    });
  });
});
