import { X509Certificate } from 'node:crypto';

/** Purposes of peers (RFC 5280, 4.2.1.12). */
export const PURPOSE = { listener: '1.3.6.1.5.5.7.3.1', dialer: '1.3.6.1.5.5.7.3.2' } as const;
const ANY_PURPOSE = '2.5.29.37.0';

/**
 * Whether a peer's own certificate (DER) is one of the authorities, which makes it good without a chain: `openssl req
 * -x509` makes such as are both. It must be valid now, and for the purpose where it names any.
 *
 * @param now - Milliseconds since 1970.
 */
export function isTrustedItself(
  own: Buffer,
  authorities: readonly Buffer[],
  purpose: string,
  now: number,
): boolean {
  if (!authorities.some((authority) => authority.equals(own))) return false;
  const { validFrom, validTo, keyUsage: purposes } = new X509Certificate(own);
  if (now < Date.parse(validFrom) || now > Date.parse(validTo)) return false;
  // Its type does not say so, but there are none where the certificate names none.
  const named = purposes as readonly string[] | undefined;
  return named === undefined || named.includes(purpose) || named.includes(ANY_PURPOSE);
}
