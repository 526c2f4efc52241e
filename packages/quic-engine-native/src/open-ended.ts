import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Whether one of the certificates (PEM) is neither a root nor below another of them: a chain may end there, for which quiche
 * has no setting. Those that can't be read don't count.
 */
export function isOpenEnded(pem: string): boolean {
  const certificates = (pem.match(BLOCK) ?? []).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
  return certificates.some((each) => {
    if (each.subject === each.issuer) return false;
    return !certificates.some((other) => other !== each && each.checkIssued(other));
  });
}
