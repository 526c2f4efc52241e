import type { Quiche } from '@matrixai/quic/native/quiche.js';
import type { QuicEngine, QuicEngineOptions } from '@receptorjs/quic-engine';
import { EngineUnavailable } from './engine-unavailable.js';
import { QuicheEngine } from './quiche-engine.js';

/**
 * Loads the binary of this platform.
 *
 * @throws {EngineUnavailable}
 */
export async function loadEngine(options: QuicEngineOptions = {}): Promise<QuicEngine> {
  return new QuicheEngine(await binary(), options);
}

async function binary(): Promise<Quiche> {
  try {
    return (await import('@matrixai/quic/native/quiche.js')).default;
  } catch (cause) {
    throw new EngineUnavailable(cause);
  }
}
