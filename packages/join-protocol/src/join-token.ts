import { JoinProtocolError } from './join-protocol-error.js';

/** What a join token has in it. */
export interface JoinToken {
  /** Random bytes in base64url, which the control plane knows the digest of. */
  readonly secret: string;
  /** SHA-256 of the certificate (DER) that the control plane answers HTTPS with, in base64url: whoever shows that one is trusted. Absent where it has none. */
  readonly fingerprint?: string | undefined;
}

const MARK = 'join1';
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** The token as people copy it: words without spaces that a double click selects. */
export const writeJoinToken = ({ secret, fingerprint }: JoinToken): string =>
  [MARK, secret, ...(fingerprint === undefined ? [] : [fingerprint])].join('.');

/** @throws {JoinProtocolError} for a text that is no token; the text is not in the message */
export function readJoinToken(text: string): JoinToken {
  const [mark, secret = '', fingerprint, ...more] = text.trim().split('.');
  const isWhole =
    mark === MARK &&
    SECRET.test(secret) &&
    (fingerprint === undefined || SECRET.test(fingerprint)) &&
    more.length === 0;
  if (isWhole) return { secret, fingerprint };
  throw new JoinProtocolError(
    `this is no join token: one begins with ${MARK}. and is copied whole, as "controller join-token" prints it`,
  );
}
