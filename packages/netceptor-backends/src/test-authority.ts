import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { initCa, makeRequest, signRequest, TlsClient, TlsServer } from '@receptorjs/certificates';

const run = promisify(execFile);
const openssl = (...args: readonly string[]): Promise<unknown> => run('openssl', args);

/** What a certificate is for besides its node. */
export interface Names {
  /** Default 127.0.0.1. */
  readonly ipAddress?: readonly string[];
  readonly dnsName?: readonly string[];
  /** RFC 3339; default: valid for a year from now. */
  readonly notBefore?: string;
  readonly notAfter?: string;
}

/** Files of a certificate. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** A CA in a folder of its own, for tests. */
export class TestAuthority {
  /** File with the CA's certificate. */
  readonly caFile: string;
  readonly #folder: string;
  readonly #caKey: string;
  /** Whether another has signed its certificate. */
  #isBelow = false;

  private constructor(folder: string) {
    this.#folder = folder;
    this.caFile = join(folder, 'ca.crt');
    this.#caKey = join(folder, 'ca.key');
  }

  static async create(commonName = 'test CA'): Promise<TestAuthority> {
    const made = new TestAuthority(await mkdtemp(join(tmpdir(), 'link-tls-')));
    await initCa({ commonName, bits: 2048, outCert: made.caFile, outKey: made.#caKey });
    return made;
  }

  /** A CA below another, whose certificate comes with all it issues. */
  static async issuing(root: TestAuthority): Promise<TestAuthority> {
    const made = await TestAuthority.create('issuing CA');
    const [request, extensions] = ['req', 'ext'].map((end) => join(made.#folder, `ca.${end}`)) as [
      string,
      string,
    ];
    await writeFile(extensions, 'basicConstraints=critical,CA:TRUE\n');
    const subject = ['-subj', '/CN=issuing CA', '-key', made.#caKey];
    await openssl('req', '-new', ...subject, '-out', request);
    const signer = ['-CA', root.caFile, '-CAkey', root.#caKey, '-CAcreateserial', '-days', '30'];
    const files = ['-in', request, '-extfile', extensions, '-out', made.caFile];
    await openssl('x509', '-req', ...signer, ...files);
    made.#isBelow = true;
    return made;
  }

  /** Makes the certificate of a node; one made before under this file name is replaced, key and all. */
  async issue(nodeId: string, names: Names = {}, fileName = nodeId): Promise<Issued> {
    const [cert, key, req] = ['crt', 'key', 'req'].map((end) =>
      join(this.#folder, `${fileName}.${end}`),
    ) as [string, string, string];
    const { ipAddress = ['127.0.0.1'], dnsName, notBefore, notAfter } = names;
    await makeRequest({
      commonName: nodeId,
      bits: 2048,
      nodeId: [nodeId],
      ipAddress,
      dnsName,
      outReq: req,
      outKey: key,
    });
    await signRequest(
      {
        req,
        caCert: this.caFile,
        caKey: this.#caKey,
        outCert: cert,
        verify: true,
        notBefore,
        notAfter,
      },
      { show: () => undefined, ask: () => Promise.resolve('no') },
    );
    if (this.#isBelow) await appendFile(cert, await readFile(this.caFile));
    return { cert, key };
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A certificate's fingerprint as configurations name it. */
export async function fingerprint(file: string, hash: 'sha256' | 'sha512'): Promise<string> {
  const { raw } = new X509Certificate(await readFile(file));
  return createHash(hash).update(raw).digest('hex');
}

/** TLS both ends of which show certificates of one CA. */
export async function mutualTls(nodeId: string): Promise<{
  readonly server: TlsServer;
  readonly client: TlsClient;
  close(): Promise<void>;
}> {
  const authority = await TestAuthority.create();
  const issued = await authority.issue(nodeId);
  const ca = authority.caFile;
  const server = await TlsServer.load(
    { name: 'in', ...issued, requireClientCert: true, clientCas: ca },
    { nodeId },
  );
  const client = await TlsClient.load({ name: 'out', ...issued, rootCas: ca }, { nodeId });
  return {
    server,
    client,
    close: async () => {
      server.close();
      client.close();
      await authority.remove();
    },
  };
}
