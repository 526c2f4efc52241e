import { AsnConvert, AsnUtf8StringConverter } from '@peculiar/asn1-schema';
import {
  Certificate,
  DirectoryString,
  GeneralName,
  OtherName,
  SubjectAlternativeName,
  id_ce_subjectAltName,
  type Extension,
} from '@peculiar/asn1-x509';
import { CertificateError } from '../certificate-error.js';

/** The otherName by which a certificate carries the ID of a node. */
export const RECEPTOR_NAME = '1.3.6.1.4.1.2312.19.1';

/** A node ID as a name for the subjectAltName extension. */
export function receptorName(nodeId: string): GeneralName {
  const value = AsnUtf8StringConverter.toASN(nodeId).toBER();
  return new GeneralName({ otherName: new OtherName({ typeId: RECEPTOR_NAME, value }) });
}

/** The names in the subjectAltName among these extensions; none when there is no such extension. */
export function alternativeNames(extensions: Iterable<Extension> | undefined): GeneralName[] {
  for (const { extnID, extnValue } of extensions ?? []) {
    if (extnID === id_ce_subjectAltName) {
      return [...AsnConvert.parse(extnValue.buffer, SubjectAlternativeName)];
    }
  }
  return [];
}

/** The node IDs among names, in their order. */
export function nodeIdsAmong(names: readonly GeneralName[]): string[] {
  return names.flatMap(({ otherName }) =>
    otherName?.typeId === RECEPTOR_NAME
      ? [AsnConvert.parse(otherName.value, DirectoryString).toString()]
      : [],
  );
}

/**
 * The Receptor node IDs a certificate is for: its otherNames 1.3.6.1.4.1.2312.19.1, in their order.
 *
 * @param certificateDer - A certificate, DER.
 * @throws {CertificateError} `unreadable-certificate`
 */
export function receptorNodeIds(certificateDer: Uint8Array): string[] {
  try {
    const { tbsCertificate } = AsnConvert.parse(certificateDer, Certificate);
    return nodeIdsAmong(alternativeNames(tbsCertificate.extensions));
  } catch (cause) {
    throw new CertificateError('unreadable-certificate', 'failed to parse certificate', { cause });
  }
}
