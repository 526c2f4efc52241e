import type { KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  ExtendedKeyUsage,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
  id_ce_authorityKeyIdentifier,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  type Certificate,
  type Extension,
  type Name,
  type SubjectPublicKeyInfo,
  type Validity,
} from '@peculiar/asn1-x509';
import { extension, keyIdentifier, signCertificate } from './signing.js';

/** What is particular to a certificate that a CA issues. */
export interface LeafParts {
  readonly subject: Name;
  readonly validity: Validity;
  readonly publicKey: SubjectPublicKeyInfo;
  /** The extension subjectAltName. */
  readonly names: Extension;
}

/** Signs a certificate for servers and clients. DER. */
export function signLeaf(
  ca: { readonly certificate: Certificate; readonly key: KeyObject },
  { subject, validity, publicKey, names }: LeafParts,
): Buffer {
  const { subject: issuer, extensions } = ca.certificate.tbsCertificate;
  const caIdentifier = extensions?.find(({ extnID }) => extnID === id_ce_subjectKeyIdentifier);
  return signCertificate(
    {
      issuer,
      subject,
      validity,
      publicKey,
      extensions: [
        extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
        extension(
          id_ce_extKeyUsage,
          false,
          new ExtendedKeyUsage([id_kp_clientAuth, id_kp_serverAuth]),
        ),
        ...(caIdentifier === undefined ? [] : [authority(caIdentifier)]),
        extension(
          id_ce_subjectKeyIdentifier,
          false,
          new SubjectKeyIdentifier(keyIdentifier(publicKey)),
        ),
        names,
      ],
    },
    ca.key,
  );
}

function authority(caIdentifier: Extension): Extension {
  const { buffer } = AsnConvert.parse(caIdentifier.extnValue.buffer, SubjectKeyIdentifier);
  return extension(
    id_ce_authorityKeyIdentifier,
    false,
    new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(buffer) }),
  );
}
