import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initCa, makeRequest, signRequest, TlsClient, TlsServer } from '@receptorjs/certificates';

/** A CA in a folder of its own, for tests. */
export class TestAuthority {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<TestAuthority> {
    const made = new TestAuthority(await mkdtemp(join(tmpdir(), 'proxy-tls-')));
    const outKey = join(made.folder, 'ca.key');
    await initCa({ commonName: 'test CA', bits: 2048, outCert: made.ca, outKey });
    return made;
  }

  /** File of the CA's certificate. */
  get ca(): string {
    return join(this.folder, 'ca.crt');
  }

  /** Makes a certificate for an IP address of this machine; returns its files. */
  async issue(name: string, ipAddress = '127.0.0.1'): Promise<{ cert: string; key: string }> {
    const file = (end: string): string => join(this.folder, `${name}.${end}`);
    const [outReq, key, cert] = [file('req'), file('key'), file('crt')];
    await makeRequest({
      commonName: name,
      bits: 2048,
      nodeId: [name],
      ipAddress: [ipAddress],
      outReq,
      outKey: key,
    });
    await signRequest(
      {
        req: outReq,
        caCert: this.ca,
        caKey: join(this.folder, 'ca.key'),
        outCert: cert,
        verify: true,
      },
      { show: () => undefined, ask: () => Promise.resolve('no') },
    );
    return { cert, key };
  }

  /** A server that asks for certificates of this CA. */
  async server(name: string, ipAddress?: string): Promise<TlsServer> {
    const files = await this.issue(name, ipAddress);
    const config = { name: 'in', ...files, requireClientCert: true, clientCas: this.ca };
    return TlsServer.load(config, { nodeId: name });
  }

  /** A client that trusts this CA, with a certificate or without. */
  async client(name?: string): Promise<TlsClient> {
    const files = name === undefined ? {} : await this.issue(name);
    return TlsClient.load({ name: 'out', ...files, rootCas: this.ca }, { nodeId: name ?? '' });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
