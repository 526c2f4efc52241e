import { createHash } from 'node:crypto';
import { CertificateError } from '../certificate-error.js';

/** Digests by their length in bytes. */
const digests = new Map([
  [32, 'sha256'],
  [64, 'sha512'],
]);

/** Fingerprints of certificates that alone are accepted; none accepts every certificate. */
export type Fingerprints = readonly Buffer[];

/**
 * Reads fingerprints: hexadecimal, with or without colons, sha256 or sha512 of a certificate's DER.
 *
 * @throws {CertificateError} `invalid-configuration`
 */
export function decodeFingerprints(texts: readonly string[]): Fingerprints {
  return texts.map((text) => {
    const digits = text.replaceAll(':', '');
    if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) {
      throw new CertificateError(
        'invalid-configuration',
        'error decoding fingerprints: error decoding fingerprint',
        { hint: `${JSON.stringify(text)} is not hexadecimal, as in 3a:0f:...` },
      );
    }
    const bytes = Buffer.from(digits, 'hex');
    if (!digests.has(bytes.length)) {
      throw new CertificateError(
        'invalid-configuration',
        'error decoding fingerprints: fingerprints must be 32 or 64 bytes for sha256 or sha512',
        {
          hint: `${JSON.stringify(text)} has ${String(bytes.length)} bytes; openssl x509 -noout -fingerprint -sha256 -in FILE prints one that fits`,
        },
      );
    }
    return bytes;
  });
}

/** Whether one of the fingerprints is the certificate's. */
export function isPinned(certificateDer: Uint8Array, pins: Fingerprints): boolean {
  return pins.some((pin) => {
    const digest = digests.get(pin.length);
    return digest !== undefined && createHash(digest).update(certificateDer).digest().equals(pin);
  });
}
