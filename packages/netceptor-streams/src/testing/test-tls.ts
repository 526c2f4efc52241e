import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  TlsClient,
  TlsServer,
  initCa,
  makeRequest,
  signRequest,
  type TlsClientConfig,
  type TlsServerConfig,
} from '@receptorjs/certificates';

const silent = { show: () => undefined, ask: () => Promise.resolve('no') };

/** A folder of CAs, certificates and keys for tests. */
export class TestPki {
  readonly folder: string;
  readonly #open: (TlsClient | TlsServer)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** A folder with the CAs `ca` and `other`, and `issuing`, which `ca` has signed. */
  static async make(): Promise<TestPki> {
    const pki = new TestPki(await mkdtemp(join(tmpdir(), 'streams-tls-')));
    for (const name of ['ca', 'other']) {
      await initCa({
        commonName: name,
        bits: 2048,
        outCert: pki.file(`${name}.crt`),
        outKey: pki.file(`${name}.key`),
      });
    }
    await pki.#issueAuthority('issuing');
    return pki;
  }

  async #issueAuthority(name: string): Promise<void> {
    const openssl = (...args: readonly string[]): Promise<unknown> =>
      promisify(execFile)('openssl', args, { cwd: this.folder });
    await writeFile(this.file(`${name}.ext`), 'basicConstraints=critical,CA:TRUE\n');
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`];
    await openssl('req', ...key, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'];
    const files = ['-in', `${name}.csr`, '-extfile', `${name}.ext`, '-out', `${name}.crt`];
    await openssl('x509', '-req', ...signer, ...files);
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** Makes `name.crt` and `name.key` for a node; `issuing` stands in the first as well when it has signed. */
  async issue(
    name: string,
    nodeId: string,
    { ca = 'ca', notAfter }: { readonly ca?: string; readonly notAfter?: string } = {},
  ): Promise<void> {
    await makeRequest({
      commonName: name,
      bits: 2048,
      nodeId: [nodeId],
      outReq: this.file(`${name}.csr`),
      outKey: this.file(`${name}.key`),
    });
    const dates = notAfter === undefined ? {} : { notBefore: '2000-01-01T00:00:00Z', notAfter };
    await signRequest(
      {
        req: this.file(`${name}.csr`),
        caCert: this.file(`${ca}.crt`),
        caKey: this.file(`${ca}.key`),
        outCert: this.file(`${name}.crt`),
        verify: true,
        ...dates,
      },
      silent,
    );
    if (ca === 'issuing') {
      await appendFile(this.file(`${name}.crt`), await readFile(this.file(`${ca}.crt`)));
    }
  }

  async server(
    certificate: string,
    config: Omit<TlsServerConfig, 'name' | 'cert' | 'key'> = {},
  ): Promise<TlsServer> {
    const server = await TlsServer.load(
      {
        name: certificate,
        cert: this.file(`${certificate}.crt`),
        key: this.file(`${certificate}.key`),
        skipReceptorNamesCheck: true,
        ...config,
      },
      { nodeId: 'any' },
    );
    this.#open.push(server);
    return server;
  }

  async client(
    certificate: string | undefined,
    config: Omit<TlsClientConfig, 'name' | 'cert' | 'key'> = {},
  ): Promise<TlsClient> {
    const client = await TlsClient.load(
      {
        name: certificate ?? 'without',
        rootCas: this.file('ca.crt'),
        skipReceptorNamesCheck: true,
        ...(certificate === undefined
          ? {}
          : { cert: this.file(`${certificate}.crt`), key: this.file(`${certificate}.key`) }),
        ...config,
      },
      { nodeId: 'any' },
    );
    this.#open.push(client);
    return client;
  }

  async remove(): Promise<void> {
    for (const each of this.#open) each.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
