import { CertificateError } from '../certificate-error.js';
import { breaksNameConstraints } from './name-constraints.js';
import type { ParsedCertificate, Purpose } from './parsed-certificate.js';

/** The most certificates between a peer's own and the CA that is trusted. */
const MAX_INTERMEDIATES = 8;
/** The most certificates a peer may present. */
const MAX_PRESENTED = 16;
/** The most chains that are looked at for one peer. */
const MAX_CHAINS = 32;

/** What a chain is verified by. */
export interface ChainRules {
  readonly anchors: readonly ParsedCertificate[];
  readonly purpose: Purpose;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Says what is wrong with a peer's certificate and the chain it presents with it (leaf first), or nothing: RFC 5280
 * without policies and revocation. A chain ends at any of the anchors, which need not be roots. Every certificate of the chain must be valid now, CAs must be allowed to be that and
 * to issue for the purpose, within their path length and name constraints.
 */
export function verifyChain(
  presented: readonly ParsedCertificate[],
  { anchors, purpose, now }: ChainRules,
): CertificateError | undefined {
  const [leaf, ...others] = presented;
  if (leaf === undefined) {
    return new CertificateError('missing', `the ${purpose} gave no certificate`);
  }
  if (presented.length > MAX_PRESENTED) {
    return new CertificateError(
      'untrusted',
      `the ${purpose} presents ${String(presented.length)} certificates; at most ${String(MAX_PRESENTED)} are looked at`,
    );
  }
  let problem: CertificateError | undefined;
  for (const path of chainsFrom(leaf, others, anchors)) {
    const found = verifyPath(path, purpose, now);
    if (found === undefined) return undefined;
    problem ??= found;
  }
  return problem ?? verifyDates(leaf, now) ?? untrusted(leaf);
}

/** Every chain from `leaf` to an anchor, shortest candidates of the peer first, bounded. */
function* chainsFrom(
  leaf: ParsedCertificate,
  others: readonly ParsedCertificate[],
  anchors: readonly ParsedCertificate[],
): Generator<readonly ParsedCertificate[]> {
  const open: (readonly ParsedCertificate[])[] = [[leaf]];
  for (let looked = 0; looked < MAX_CHAINS; looked++) {
    const path = open.shift();
    const last = path?.at(-1);
    if (path === undefined || last === undefined) return;
    if (anchors.some(({ der }) => der.equals(last.der))) yield path;
    for (const anchor of anchors) {
      if (!anchor.der.equals(last.der) && last.isIssuedBy(anchor, true)) yield [...path, anchor];
    }
    if (path.length > MAX_INTERMEDIATES) continue;
    for (const other of others) {
      if (!path.some(({ der }) => der.equals(other.der)) && last.isIssuedBy(other, false)) {
        open.push([...path, other]);
      }
    }
  }
}

function verifyPath(
  path: readonly ParsedCertificate[],
  purpose: Purpose,
  now: number,
): CertificateError | undefined {
  let intermediates = 0;
  for (const [at, certificate] of path.entries()) {
    const problem = verifyDates(certificate, now);
    if (problem !== undefined) return problem;
    if (!certificate.serves(purpose)) return wrongPurpose(certificate, purpose, at > 0);
    if (at === 0) continue;
    const { maxPathLength, nameConstraints } = certificate;
    if (maxPathLength !== undefined && intermediates > maxPathLength) {
      return new CertificateError(
        'untrusted',
        `too many CAs below ${certificate.subject}: it allows ${String(maxPathLength)}`,
      );
    }
    const broken =
      nameConstraints === undefined
        ? undefined
        : path
            .slice(0, at)
            .map(({ names }) => breaksNameConstraints(names, nameConstraints))
            .find((each) => each !== undefined);
    if (broken !== undefined) {
      return new CertificateError('untrusted', `certificate is not authorized: ${broken}`);
    }
    if (!certificate.isSelfIssued) intermediates++;
  }
  return undefined;
}

function verifyDates(
  { notBefore, notAfter, subject }: ParsedCertificate,
  now: number,
): CertificateError | undefined {
  if (now > notAfter) {
    return new CertificateError(
      'expired',
      `certificate of ${subject} has expired: it was valid until ${isoTime(notAfter)}`,
      { hint: `It is ${isoTime(now)} by the clock of this node.` },
    );
  }
  if (now < notBefore) {
    return new CertificateError(
      'not-yet-valid',
      `certificate of ${subject} is not yet valid: it is from ${isoTime(notBefore)} on`,
      { hint: `It is ${isoTime(now)} by the clock of this node.` },
    );
  }
  return undefined;
}

function untrusted({ x509 }: ParsedCertificate): CertificateError {
  const issuer = x509.issuer.split('\n').join(',');
  return new CertificateError(
    'untrusted',
    `certificate is signed by an unknown authority: ${issuer === '' ? 'without a name' : issuer}`,
    {
      hint: 'The CA that signed it must stand in rootcas (of a client) or clientcas (of a server).',
    },
  );
}

function wrongPurpose(
  { subject }: ParsedCertificate,
  purpose: Purpose,
  isCa: boolean,
): CertificateError {
  const what = isCa ? `CA ${subject} may not issue` : `certificate of ${subject} is not`;
  return new CertificateError('wrong-purpose', `${what} for a ${purpose}`, {
    hint: `Its extended key usage lacks ${purpose}Auth.`,
  });
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}
