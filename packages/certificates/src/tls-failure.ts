import { CertificateError, type CertificateErrorCode } from './certificate-error.js';

/** The alerts of TLS (RFC 8446, 6) that speak of certificates, by OpenSSL's names. */
const alerts: readonly (readonly [RegExp, CertificateErrorCode, string])[] = [
  [/CERTIFICATE_REQUIRED/, 'missing', 'the peer requires a certificate and got none'],
  [/ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)/, 'tls-failed', 'the peer refused our certificate'],
  [
    /ALERT_UNSUPPORTED_CERTIFICATE/,
    'wrong-purpose',
    'the peer refused the purpose of our certificate',
  ],
  [/ALERT_CERTIFICATE_EXPIRED/, 'expired', 'the peer says that our certificate has expired'],
  [/ALERT_UNKNOWN_CA/, 'untrusted', 'the peer does not trust the CA of our certificate'],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, 'tls-failed', 'the two ends share no version of TLS'],
  [
    /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG/,
    'tls-failed',
    'the peer does not speak TLS',
  ],
  [/HANDSHAKE_FAILURE|NO_SHARED_CIPHER/, 'tls-failed', 'the two ends share no cipher'],
];

/** OpenSSL's verdicts about a chain. */
const verdicts = new Map<string, readonly [CertificateErrorCode, string]>([
  ['CERT_HAS_EXPIRED', ['expired', 'a certificate of the peer has expired']],
  ['CERT_NOT_YET_VALID', ['not-yet-valid', 'a certificate of the peer is not yet valid']],
  ['INVALID_PURPOSE', ['wrong-purpose', 'the certificate of the peer is for another purpose']],
  ['UNSPECIFIED', ['missing', 'the peer gave no certificate']],
]);

/** What an error of `node:tls` says about certificates or TLS. */
export function tlsFailure(error: {
  readonly message: string;
  readonly code?: string;
}): CertificateError {
  const { code = '' } = error;
  const known = alerts.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return new CertificateError(known[1], known[2], { cause: error });
  const verdict = verdicts.get(code);
  if (verdict !== undefined) return new CertificateError(...verdict, { cause: error });
  if (/^(UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|CERT_|INVALID_CA|PATH_LENGTH)/.test(code)) {
    return new CertificateError('untrusted', `the chain of the peer is not trusted (${code})`, {
      cause: error,
    });
  }
  return new CertificateError('tls-failed', `the TLS handshake failed: ${error.message}`, {
    cause: error,
  });
}
