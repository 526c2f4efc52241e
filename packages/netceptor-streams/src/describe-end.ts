import { StreamError } from './errors.js';
import type { QuicEnd } from './quic-engine.js';

const CRYPTO_FIRST = 0x100;
const CRYPTO_LAST = 0x1ff;

/** What an application's close becomes when the handshake is not confirmed yet. */
const APPLICATION_ERROR = 0x0c;

const hex = (code: number): string => `0x${code.toString(16)}`;

/**
 * The error for the end of a connection whose stream was not over.
 *
 * @param duringHandshake - Whether there was no stream yet.
 */
export function describeEnd(end: QuicEnd | undefined, duringHandshake: boolean): StreamError {
  if (end === undefined || end.by === 'timeout') {
    return duringHandshake
      ? new StreamError('dial-timeout', 'timeout: no answer from the peer')
      : new StreamError('connection-lost', 'timeout: no recent network activity');
  }
  const side = end.by === 'peer' ? 'remote' : 'local';
  if (!end.application && (end.code !== APPLICATION_ERROR || end.by === 'local')) {
    const name =
      end.code >= CRYPTO_FIRST && end.code <= CRYPTO_LAST ? 'CRYPTO_ERROR' : 'TRANSPORT_ERROR';
    const text = `${name} ${hex(end.code)} (${side}): ${end.reason}`;
    return new StreamError(duringHandshake ? 'handshake-failed' : 'protocol', text);
  }
  if (end.by === 'local') return new StreamError('cancelled', 'the stream was cancelled');
  return new StreamError('closed-by-peer', `the peer closed the connection: ${end.reason}`, {
    hint: 'What it had sent before has been read; it may not be all.',
  });
}
