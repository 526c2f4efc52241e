/**
 * What is wrong with a certificate or with what is configured about it, by code.
 *
 * - `missing`: the peer gave no certificate where one is required.
 * - `unreadable-certificate`: what was given is no certificate.
 * - `untrusted`: no chain leads to a CA that is trusted here.
 * - `expired`, `not-yet-valid`: a certificate of the chain is past or before its dates.
 * - `wrong-purpose`: the certificate is not for a server, or not for a client.
 * - `wrong-name`: the certificate is for another node or host.
 * - `not-pinned`: the certificate's fingerprint is none of those configured.
 * - `insecure-service`: the other side has no TLS configuration, and this side does.
 * - `tls-failed`: the two ends could not agree on TLS for another reason.
 * - `unreadable-file`: a configured file can't be read or does not hold what it should.
 * - `invalid-configuration`: what is configured does not fit together.
 * - `refused-by-peer`: the other side does not accept this side's certificate.
 * - `declined`: a request was not signed because a person said no.
 */
export type CertificateErrorCode =
  | 'missing'
  | 'unreadable-certificate'
  | 'untrusted'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-purpose'
  | 'wrong-name'
  | 'not-pinned'
  | 'insecure-service'
  | 'tls-failed'
  | 'unreadable-file'
  | 'invalid-configuration'
  | 'refused-by-peer'
  | 'declined';

/** The alert of TLS (RFC 8446, 6) that says as much as a code can, by code. */
const alerts: Partial<Record<CertificateErrorCode, number>> = {
  'wrong-purpose': 43,
  expired: 45,
  'not-yet-valid': 45,
  'not-pinned': 46,
  untrusted: 48,
  missing: 116,
};
const BAD_CERTIFICATE = 42;

/** An error about certificates. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code: CertificateErrorCode;
  /** What may be done about it. */
  readonly hint: string | undefined;

  constructor(
    code: CertificateErrorCode,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint;
  }

  /** The alert that TLS sends to the other side. */
  get alert(): number {
    return alerts[this.code] ?? BAD_CERTIFICATE;
  }
}
