import { X509Certificate } from 'node:crypto';
import type { Finding, ShownCertificate } from './explanation.js';

const DAY_MS = 86_400_000;
/** A certificate that ends within this is warned of. */
const SOON_MS = 30 * DAY_MS;

/** Reads the first of the certificates; undefined when there is none, or none that can be read. */
export async function shownCertificate(
  chain: readonly Uint8Array[] | undefined,
): Promise<ShownCertificate | undefined> {
  const [own] = chain ?? [];
  if (own === undefined) return undefined;
  // Only who asks about a stream with TLS loads it.
  const { receptorNodeIds } = await import('@receptorjs/certificates');
  try {
    const { subject, issuer, validFrom, validTo } = new X509Certificate(own);
    return {
      subject: oneLine(subject),
      issuer: oneLine(issuer),
      nodeIds: receptorNodeIds(own),
      notBefore: new Date(validFrom),
      notAfter: new Date(validTo),
    };
  } catch {
    return undefined;
  }
}

/** For whom a certificate is verified, and when. */
export interface CertificateQuestion {
  /** The node it should name. */
  readonly target: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether the stream that it was shown for came about. */
  readonly trusted: boolean;
}

/** What a certificate says: whom it names, and when it is valid. A service without TLS shows none worth a finding. */
export function certificateFindings(
  certificate: ShownCertificate | undefined,
  { target, now, trusted }: CertificateQuestion,
): Finding[] {
  if (certificate === undefined) return [];
  const { subject, issuer, nodeIds, notBefore, notAfter } = certificate;
  if (nodeIds.length === 0 && subject === 'CN=netceptor-insecure-common-name') {
    return [{ subject: 'Certificate', state: 'ok', text: 'none: the service is without TLS' }];
  }
  const names = nodeIds.length === 0 ? 'no node' : nodeIds.join(', ');
  const valid = `valid ${day(notBefore)} to ${day(notAfter)}`;
  const text = `names ${names}, ${valid}, subject ${subject}, issued by ${issuer}`;
  const doubts = [
    ...(nodeIds.includes(target) ? [] : [`it does not name ${target}`]),
    ...(trusted ? [] : ['the stream it was shown for did not come about']),
  ];
  const findings: Finding[] = [
    {
      subject: 'Certificate',
      state: doubts.length === 0 ? 'ok' : 'warning',
      text: [text, ...doubts].join('; '),
    },
  ];
  const left = notAfter.getTime() - now;
  if (left < 0) {
    findings.push({ subject: 'Certificate', state: 'failed', text: 'it has expired' });
  } else if (notBefore.getTime() > now) {
    findings.push({ subject: 'Certificate', state: 'failed', text: 'it is not valid yet' });
  } else if (left < SOON_MS) {
    const days = Math.floor(left / DAY_MS);
    findings.push({
      subject: 'Certificate',
      state: 'warning',
      text: `it expires in ${days} day${days === 1 ? '' : 's'}`,
    });
  }
  return findings;
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(',');
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
