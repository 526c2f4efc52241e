import { join } from 'node:path';
import { bin, command } from './mesh.js';

/** Files of a certificate and its key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Times of validity, RFC 3339. */
export interface Validity {
  readonly notbefore?: string;
  readonly notafter?: string;
}

/** A certificate authority of a test, made and used with the commands of the daemon. */
export class Authority {
  private constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly tool: string,
  ) {}

  /** The certificate of the authority. */
  get cert(): string {
    return join(this.folder, `${this.name}.crt`);
  }

  /** @param tool the command that makes the certificates */
  static async make(folder: string, name = 'ca', tool = bin('receptor')): Promise<Authority> {
    const authority = new Authority(folder, name, tool);
    await authority.#run('cert-init', {
      commonname: name,
      bits: '2048',
      outcert: authority.cert,
      outkey: join(folder, `${name}.key`),
    });
    return authority;
  }

  /** Certificate and key of a node, which may also be reached as 127.0.0.1 and localhost. */
  async issue(nodeId: string, validity: Validity = {}, file = nodeId): Promise<CertificateFiles> {
    const at = (ending: string): string => join(this.folder, `${file}.${ending}`);
    const files = { cert: at('crt'), key: at('key') };
    await this.#run('cert-makereq', {
      commonname: nodeId,
      bits: '2048',
      nodeid: nodeId,
      dnsname: 'localhost',
      ipaddress: '127.0.0.1',
      outreq: at('csr'),
      outkey: files.key,
    });
    await this.#run('cert-signreq', {
      req: at('csr'),
      cacert: this.cert,
      cakey: join(this.folder, `${this.name}.key`),
      outcert: files.cert,
      verify: 'true',
      ...validity,
    });
    return files;
  }

  async #run(action: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const words = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
    const { code, stdout, stderr } = await command(this.tool, [`--${action}`, ...words]);
    if (code !== 0) throw new Error(`${action}: ${stdout}${stderr}`);
  }
}

/** The two TLS actions of a node: `mesh-in` for what it accepts, `mesh-out` for what it opens. */
export function tlsActions(authority: Authority, { cert, key }: CertificateFiles): object[] {
  return [
    {
      'tls-server': {
        name: 'mesh-in',
        cert,
        key,
        requireclientcert: true,
        clientcas: authority.cert,
      },
    },
    { 'tls-client': { name: 'mesh-out', cert, key, rootcas: authority.cert } },
  ];
}
