import { errorText } from '@receptorjs/primitives';
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { CertificateError } from '../certificate-error.js';
import { ParsedCertificate } from '../chain/parsed-certificate.js';
import { pemBlocks } from './pem.js';
import { systemRoots } from '../chain/system-roots.js';

/** What TLS needs at one time, PEM. Immutable; a change of the files makes another. */
export interface TlsMaterial {
  /** The certificate of this node, then the intermediate CAs it comes with. */
  readonly certificatePem?: string;
  readonly keyPem?: string;
  /** The CAs that peers are checked by, those of the system included; undefined where peers are not checked. */
  readonly caPem?: string;
  /** 1 at first, one more with each change. */
  readonly version: number;
}

/** Which files make the material of one configuration. */
export interface MaterialFiles {
  /** Name of the configuration, for messages. */
  readonly name: string;
  readonly cert?: string;
  readonly key?: string;
  /** The CAs' file; undefined for those of the system. */
  readonly ca?: string;
  /** Whether peers are checked at all. */
  readonly checksPeers: boolean;
  /** What the CAs' file is called in messages. */
  readonly caKind: 'client' | 'root';
  /** The node ID that the certificate must carry; undefined when it need not. */
  readonly nodeId?: string;
}

/** The material of one configuration, and what is verified by it. */
export interface LoadedMaterial {
  readonly certificatePem?: string;
  readonly keyPem?: string;
  readonly caPem?: string;
  readonly own: readonly ParsedCertificate[];
  /** What chains end at. Those of the system are parsed when they are first asked for: most nodes never verify by them. */
  readonly anchors: readonly ParsedCertificate[];
}

/**
 * Reads and checks the files of a configuration.
 *
 * @throws {CertificateError} `unreadable-file`, `unreadable-certificate`, `invalid-configuration`
 */
export async function loadMaterial(files: MaterialFiles): Promise<LoadedMaterial> {
  const own = await loadOwn(files);
  if (!files.checksPeers) return { ...own, anchors: [] };
  if (files.ca === undefined) return withAnchorsOnDemand(own, await systemRoots());
  const caPem = await readNamed(files.ca, `error reading ${files.caKind} CAs file: `);
  const anchors = readableCertificates(caPem);
  if (anchors.length === 0) {
    throw new CertificateError(
      'invalid-configuration',
      `error reading ${files.caKind} CAs file: no certificates found in ${files.ca}`,
      { hint: 'It holds one or more blocks of -----BEGIN CERTIFICATE-----.' },
    );
  }
  return { ...own, caPem, anchors };
}

function withAnchorsOnDemand(
  own: Omit<LoadedMaterial, 'anchors' | 'caPem'>,
  caPem: string,
): LoadedMaterial {
  let anchors: readonly ParsedCertificate[] | undefined;
  return {
    ...own,
    caPem,
    get anchors() {
      return (anchors ??= readableCertificates(caPem));
    },
  };
}

async function loadOwn({
  name,
  cert,
  key,
  nodeId,
}: MaterialFiles): Promise<Omit<LoadedMaterial, 'anchors'>> {
  if (cert === undefined || key === undefined) return { own: [] };
  const certificatePem = await readNamed(cert, '');
  const keyPem = await readNamed(key, '');
  const own = pemBlocks(certificatePem)
    .filter(({ type }) => type === 'CERTIFICATE')
    .map(({ der }) => new ParsedCertificate(der));
  const [leaf] = own;
  if (leaf === undefined) {
    throw new CertificateError(
      'invalid-configuration',
      'tls: failed to find any PEM data in certificate input',
      { hint: `${cert} must hold the certificate first: -----BEGIN CERTIFICATE-----` },
    );
  }
  let matches: boolean;
  try {
    matches = leaf.x509.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    throw new CertificateError(
      'invalid-configuration',
      'tls: failed to find any PEM data in key input',
      { hint: `${key} must hold an unencrypted private key: -----BEGIN PRIVATE KEY-----` },
    );
  }
  if (!matches) {
    throw new CertificateError(
      'invalid-configuration',
      'tls: private key does not match public key',
      { hint: `${key} is not the key of the first certificate in ${cert}` },
    );
  }
  try {
    createSecureContext({ cert: certificatePem, key: keyPem });
  } catch (cause) {
    const why = errorText(cause);
    throw new CertificateError('invalid-configuration', `tls: ${cert} can't be used: ${why}`, {
      hint: 'OpenSSL refuses it: keys that are too short are the usual reason (RSA takes 2048 bits).',
      cause,
    });
  }
  if (nodeId !== undefined && !leaf.nodeIds.includes(nodeId)) {
    throw new CertificateError(
      'wrong-name',
      `nodeID=${nodeId} not found in certificate name(s); names found=[${leaf.nodeIds.join(' ')}]; cfg section=${name}; server cert=${cert}`,
      {
        hint: 'Request a certificate with nodeid set to this node (cert-makereq), or set skipreceptornamescheck.',
      },
    );
  }
  return { certificatePem, keyPem, own };
}

/** The certificates of a file of CAs that can be read; a bundle may hold others that can't. */
function readableCertificates(pem: string): ParsedCertificate[] {
  return pemBlocks(pem).flatMap(({ type, der }) => {
    if (!type.endsWith('CERTIFICATE')) return [];
    try {
      return [new ParsedCertificate(der)];
    } catch {
      return [];
    }
  });
}

const reasons = new Map([
  ['ENOENT', 'no such file or directory'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'is a directory'],
]);

/** Reads a file; `prefix` begins the message of its error. */
async function readNamed(file: string, prefix: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const reason = reasons.get(code) ?? (cause instanceof Error ? cause.message : 'unreadable');
    throw new CertificateError('unreadable-file', `${prefix}open ${file}: ${reason}`, {
      hint: 'The node must be able to read it; paths are relative to the folder the node was started in.',
      cause,
    });
  }
}
