import type { QuicEnd } from '@receptorjs/quic-engine';
import { StreamError } from '../errors.js';
import type { PeerVerifier } from '../tls/peer-verifier.js';

const CRYPTO_FIRST = 0x100;
const CRYPTO_LAST = 0x1ff;

/** What an application's close becomes when the handshake is not confirmed yet. */
const APPLICATION_ERROR = 0x0c;

const hex = (code: number): string => `0x${code.toString(16)}`;

/**
 * The error for the end of a connection whose stream was not over.
 *
 * @param duringHandshake - Whether there was no stream yet.
 * @param explain - What an alert of TLS means here.
 * @param peerCertificates - What the peer showed, for a caller that wants to know more.
 */
export function describeEnd(
  end: QuicEnd | undefined,
  duringHandshake: boolean,
  explain: PeerVerifier['explain'],
  peerCertificates: readonly Uint8Array[],
): StreamError {
  if (end === undefined || end.by === 'timeout') {
    return duringHandshake
      ? new StreamError('dial-timeout', 'timeout: no answer from the peer')
      : new StreamError('connection-lost', 'timeout: no recent network activity');
  }
  const side = end.by === 'peer' ? 'remote' : 'local';
  if (!end.application && (end.code !== APPLICATION_ERROR || end.by === 'local')) {
    if (end.code < CRYPTO_FIRST || end.code > CRYPTO_LAST) {
      const reason = end.reason === '' ? '' : `: ${end.reason}`;
      const text = `TRANSPORT_ERROR ${hex(end.code)} (${side})${reason}`;
      return new StreamError(duringHandshake ? 'handshake-failed' : 'protocol', text);
    }
    const cause = explain(end.code - CRYPTO_FIRST, end.by, end.reason);
    return cryptoError(end, cause, peerCertificates);
  }
  if (end.by === 'local') return new StreamError('canceled', 'the stream was canceled');
  return new StreamError('closed-by-peer', `the peer closed the connection: ${end.reason}`, {
    hint: 'What it had sent before has been read; it may not be all.',
  });
}

/** The error for a handshake that an alert of TLS ended; `cause` says more, where it is known. */
function cryptoError(
  { by, code, reason }: Pick<QuicEnd, 'by' | 'code' | 'reason'>,
  cause: Error | undefined,
  peerCertificates: readonly Uint8Array[],
): StreamError {
  const side = by === 'peer' ? 'remote' : 'local';
  const text = `CRYPTO_ERROR ${hex(code)} (${side}): ${cause?.message ?? reason}`;
  return new StreamError('handshake-failed', text, {
    ...(cause === undefined ? {} : { cause }),
    peerCertificates,
  });
}
