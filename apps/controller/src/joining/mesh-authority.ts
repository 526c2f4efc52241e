import { createHash } from 'node:crypto';
import {
  CertificateError,
  issueCertificate,
  newAuthority,
  requestedKey,
  type CertificateAuthority,
} from '@receptorjs/certificates';
import type { SecretBox } from '@receptorjs/controller-api';
import {
  JoinError,
  type MeshAuthority,
  type NodeCertificate,
  type OpenAuthority,
} from '@receptorjs/controller-core';
import { addAuthority, findAuthority, type Storage } from '@receptorjs/controller-storage';
import { isIP } from 'node:net';

/** What the key of the CA is locked for. */
export const AUTHORITY_KEY = 'private key of a certificate authority';

const NAME = 'mesh';
const BITS = 3072;

/** The CA of the mesh in the database: all controllers have the same one. Its key is read from there each time that something is signed. */
export class StoredMeshAuthority implements MeshAuthority {
  constructor(
    private readonly storage: Storage,
    private readonly secrets: SecretBox,
  ) {}

  keyDigest(request: string): string {
    const key = keyOf(request).export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(key).digest('hex');
  }

  async open(): Promise<OpenAuthority> {
    const { certificate, privateKey } = await this.#stored();
    const opened = { certificate, privateKey: this.secrets.open(privateKey, AUTHORITY_KEY) };
    return { certificate, issue: (request, wanted) => issued(opened, request, wanted) };
  }

  async #stored(): Promise<CertificateAuthority> {
    const { database } = this.storage;
    const found = await findAuthority(database, NAME);
    if (found !== undefined) return found;
    const { certificate, privateKey } = await newAuthority({
      commonName: 'mesh of the controller',
      bits: BITS,
    });
    const locked = this.secrets.lock(privateKey, AUTHORITY_KEY);
    await addAuthority(database, NAME, { certificate, privateKey: locked });
    // another controller may have been first
    return (await findAuthority(database, NAME)) ?? { certificate, privateKey: locked };
  }
}

function issued(
  authority: CertificateAuthority,
  request: string,
  { nodeId, hosts, notBefore, notAfter }: NodeCertificate,
): string {
  return issueCertificate(authority, {
    key: keyOf(request),
    commonName: nodeId,
    nodeId: [nodeId],
    dnsName: hosts.filter((host) => isIP(host) === 0),
    ipAddress: hosts.filter((host) => isIP(host) !== 0),
    notBefore,
    notAfter,
  });
}

function keyOf(request: string) {
  try {
    return requestedKey(request);
  } catch (cause) {
    if (!(cause instanceof CertificateError)) throw cause;
    throw new JoinError('bad-request', cause.message, 'csr', { cause });
  }
}
