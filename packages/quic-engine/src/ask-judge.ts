import { inspect } from 'node:util';
import type { QuicJudge, QuicRefusal } from './quic-engine.js';

/** Alert internal_error of TLS. */
const INTERNAL_ERROR = 80;

/** What a judge says of certificates; that it throws is a refusal, since it must not leave through an engine. */
export function askJudge(
  judge: QuicJudge | undefined,
  certificates: readonly Uint8Array[],
): QuicRefusal | undefined {
  try {
    return judge?.(certificates);
  } catch (error) {
    const why = error instanceof Error ? error.message : inspect(error);
    return { alert: INTERNAL_ERROR, message: `the certificates could not be judged: ${why}` };
  }
}
