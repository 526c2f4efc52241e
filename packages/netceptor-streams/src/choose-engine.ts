import type { QuicEngine, QuicEngineModule } from '@receptorjs/quic-engine';
import { StreamError } from './errors.js';

/** The engine that runs everywhere, and the one that is faster where it is installed and runs. */
const PORTABLE = 'wasm';
const ACCELERATOR = 'native';
/** A package of its own that nothing here depends on: whoever wants it installs it. */
const ACCELERATOR_PACKAGE: string = '@receptorjs/quic-engine-native';

/**
 * Loads a QUIC engine: the native one where its package is installed and loads, otherwise the one in WebAssembly.
 *
 * @param wish - `wasm` or `native` for that one and no other; default: the environment variable `RECEPTOR_QUIC_ENGINE`.
 * @throws {StreamError} `engine-unavailable`
 */
export async function loadQuicEngine(
  wish: string | undefined = process.env['RECEPTOR_QUIC_ENGINE'],
): Promise<QuicEngine> {
  switch (wish) {
    case undefined:
    case '':
      return (await accelerator().catch(() => undefined)) ?? (await required(PORTABLE, portable));
    case PORTABLE:
      return required(PORTABLE, portable);
    case ACCELERATOR:
      return required(ACCELERATOR, accelerator);
    default:
      throw new StreamError('engine-unavailable', `there is no QUIC engine named ${wish}`, {
        hint: `RECEPTOR_QUIC_ENGINE is ${PORTABLE} or ${ACCELERATOR}, or not set.`,
      });
  }
}

async function portable(): Promise<QuicEngine> {
  const { loadEngine } = await import('@receptorjs/quic-engine-wasm');
  return loadEngine();
}

async function accelerator(): Promise<QuicEngine> {
  const { loadEngine } = (await import(ACCELERATOR_PACKAGE)) as QuicEngineModule;
  return loadEngine();
}

async function required(name: string, load: () => Promise<QuicEngine>): Promise<QuicEngine> {
  try {
    return await load();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StreamError('engine-unavailable', `the QUIC engine ${name} can't be used: ${why}`, {
      hint: `${ACCELERATOR_PACKAGE} has to be installed for the native engine.`,
      cause,
    });
  }
}
