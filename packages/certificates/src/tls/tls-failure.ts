import { CertificateError, type CertificateErrorCode } from '../certificate-error.js';

/** What an alert of TLS (RFC 8446, 6) says about a certificate: its code, what the other side means, what this side means. */
const alerts = new Map<number, readonly [CertificateErrorCode, string, string]>([
  [42, ['refused-by-peer', 'bad certificate', "the peer's certificate is not acceptable"]],
  [
    43,
    ['wrong-purpose', 'unsupported certificate', "the peer's certificate is for another purpose"],
  ],
  [44, ['refused-by-peer', 'revoked certificate', "the peer's certificate is revoked"]],
  [45, ['expired', 'expired certificate', "the peer's certificate has expired"]],
  [46, ['refused-by-peer', 'unknown certificate', "the peer's certificate is not acceptable"]],
  [
    48,
    ['untrusted', 'unknown certificate authority', 'certificate is signed by an unknown authority'],
  ],
  [116, ['missing', 'certificate required', 'the peer gave no certificate']],
]);

/** Alerts by OpenSSL's names, as `node:tls` gives them. */
const alertNames: readonly (readonly [RegExp, number])[] = [
  [/ALERT_BAD_CERTIFICATE$/, 42],
  [/ALERT_UNSUPPORTED_CERTIFICATE$/, 43],
  [/ALERT_CERTIFICATE_EXPIRED$/, 45],
  [/ALERT_CERTIFICATE_UNKNOWN$/, 46],
  [/ALERT_UNKNOWN_CA$/, 48],
  [/ALERT_CERTIFICATE_REQUIRED$/, 116],
];

const otherFailures: readonly (readonly [RegExp, string])[] = [
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, 'the two ends share no version of TLS'],
  [/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG/, 'the peer does not speak TLS'],
  [/HANDSHAKE_FAILURE|NO_SHARED_CIPHER/, 'the two ends share no cipher'],
];

/**
 * The error for an alert that ended a handshake.
 *
 * @param alert - Its number.
 * @param by - Which side sent it.
 * @param reason - What it said besides; empty for nothing.
 */
export function alertProblem(
  alert: number,
  by: 'local' | 'peer',
  reason: string,
): CertificateError {
  const [code, theirs, ours] = alerts.get(alert) ?? [
    'tls-failed',
    `alert ${String(alert)}`,
    `alert ${String(alert)}`,
  ];
  if (by === 'local') {
    const own = code === 'refused-by-peer' ? 'unreadable-certificate' : code;
    return new CertificateError(own, reason === '' ? ours : reason);
  }
  return new CertificateError(code, reason === '' ? theirs : reason, {
    hint: 'The other side refused the certificate of this one, or missed it.',
  });
}

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
  const alert = alertNames.find(([pattern]) => pattern.test(code))?.[1];
  if (alert !== undefined) return alertProblem(alert, 'peer', '');
  const other = otherFailures.find(([pattern]) => pattern.test(code))?.[1];
  if (other !== undefined) return new CertificateError('tls-failed', other, { cause: error });
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
