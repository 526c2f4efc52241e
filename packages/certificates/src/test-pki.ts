import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BasicConstraints,
  ExtendedKeyUsage,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  KeyUsage,
  KeyUsageFlags,
  NameConstraints,
  SubjectAlternativeName,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_kp_clientAuth,
  id_kp_serverAuth,
  type Extension,
} from '@peculiar/asn1-x509';
import { keyToPem } from './files/key-files.js';
import { ParsedCertificate } from './chain/parsed-certificate.js';
import { toPem } from './files/pem.js';
import { receptorName } from './chain/receptor-name.js';
import {
  commonName,
  extension,
  publicKeyInfo,
  signCertificate,
  validity,
} from './signing/signing.js';

/** The keys of tests: making one takes long, so that few are made and shared. */
const keys = new Map<string, KeyObject>();

function keyOf(name: string, modulusLength: number): KeyObject {
  const key = keys.get(name) ?? generateKeyPairSync('rsa', { modulusLength }).privateKey;
  keys.set(name, key);
  return key;
}

/** A certificate with its key. */
export interface TestIdentity {
  readonly name: string;
  readonly key: KeyObject;
  readonly der: Buffer;
  readonly parsed: ParsedCertificate;
}

/** What a certificate of a test says. */
export interface TestCertificate {
  readonly issuer?: TestIdentity;
  readonly ca?: boolean;
  readonly maxPathLength?: number;
  readonly nodeIds?: readonly string[];
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  readonly purposes?: readonly ('server' | 'client')[];
  readonly permittedHosts?: readonly string[];
  readonly excludedHosts?: readonly string[];
  readonly permittedAddresses?: readonly string[];
  readonly more?: readonly Extension[];
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Length of its key. */
  readonly bits?: number;
}

/** Makes a certificate; without issuer it signs itself, and with nothing to say it is of version 1. Its key is that of the part of the name before the first space. */
export function issue(name: string, what: TestCertificate = {}): TestIdentity {
  const { issuer, ca = false, nodeIds = [], hosts = [], addresses = [] } = what;
  const key = keyOf(name.split(' ')[0] ?? name, what.bits ?? 2048);
  const subject = commonName(name);
  const names = [
    ...hosts.map((text) => new GeneralName({ dNSName: text })),
    ...addresses.map((text) => new GeneralName({ iPAddress: text })),
    ...nodeIds.map((text) => receptorName(text)),
  ];
  const purposes = { server: id_kp_serverAuth, client: id_kp_clientAuth };
  const permitted = [
    ...(what.permittedHosts ?? []).map((text) => new GeneralName({ dNSName: text })),
    ...(what.permittedAddresses ?? []).map((text) => new GeneralName({ iPAddress: text })),
  ];
  const excluded = (what.excludedHosts ?? []).map((text) => new GeneralName({ dNSName: text }));
  const trees = (bases: readonly GeneralName[]): GeneralSubtrees =>
    new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base })));
  const der = signCertificate(
    {
      subject,
      issuer: issuer === undefined ? subject : commonName(issuer.name),
      validity: validity(what, 1, Date.now()),
      publicKey: publicKeyInfo(key),
      extensions: [
        ...(ca
          ? [
              extension(
                id_ce_basicConstraints,
                true,
                new BasicConstraints({
                  cA: true,
                  pathLenConstraint: what.maxPathLength,
                }),
              ),
              extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign)),
            ]
          : []),
        ...(what.purposes === undefined
          ? []
          : [
              extension(
                id_ce_extKeyUsage,
                false,
                new ExtendedKeyUsage(what.purposes.map((purpose) => purposes[purpose])),
              ),
            ]),
        ...(permitted.length + excluded.length === 0
          ? []
          : [
              extension(
                id_ce_nameConstraints,
                true,
                new NameConstraints({
                  ...(permitted.length === 0 ? {} : { permittedSubtrees: trees(permitted) }),
                  ...(excluded.length === 0 ? {} : { excludedSubtrees: trees(excluded) }),
                }),
              ),
            ]),
        ...(names.length === 0
          ? []
          : [extension(id_ce_subjectAltName, false, new SubjectAlternativeName(names))]),
        ...(what.more ?? []),
      ],
    },
    issuer?.key ?? key,
  );
  return { name, key, der, parsed: new ParsedCertificate(der) };
}

/** A folder for files of a test. */
export class TestFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<TestFolder> {
    return new TestFolder(await mkdtemp(join(tmpdir(), 'certificates-')));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes certificates, one after the other, and the key of the first; returns both files. */
  async write(
    name: string,
    ...[first, ...others]: readonly [TestIdentity, ...TestIdentity[]]
  ): Promise<{ cert: string; key: string }> {
    const files = { cert: this.file(`${name}.crt`), key: this.file(`${name}.key`) };
    const pem = [first, ...others].map(({ der }) => toPem('CERTIFICATE', der));
    await writeFile(files.cert, pem.join(''));
    await writeFile(files.key, keyToPem(first.key));
    return files;
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
