import { inspect } from 'node:util';
import type { QuicVerifier, QuicRefusal } from './quic-engine.js';

/** Alert internal_error of TLS. */
const INTERNAL_ERROR = 80;

/** What a verifier says of certificates; that it throws is a refusal, since it must not leave through an engine. */
export function callVerifier(
  verifier: QuicVerifier | undefined,
  certificates: readonly Uint8Array[],
): QuicRefusal | undefined {
  try {
    return verifier?.(certificates);
  } catch (error) {
    const why = error instanceof Error ? error.message : inspect(error);
    return { alert: INTERNAL_ERROR, message: `the certificates could not be verified: ${why}` };
  }
}
