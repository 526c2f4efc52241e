import { errorText, silentLogger } from '@receptorjs/primitives';
import { type Logger } from '@receptorjs/netceptor';
import type { QuicEngine, QuicEngineModule } from '@receptorjs/quic-engine';
import { StreamError } from './errors.js';

/** The engine that runs everywhere, and the one that is faster where it is installed and runs. */
const PORTABLE = 'wasm';
const ACCELERATOR = 'native';
/** A package of its own that nothing here depends on: users that want it install it. */
const ACCELERATOR_PACKAGE: string = '@receptorjs/quic-engine-native';

/** Which QUIC engine is loaded, and where that is logged. */
export interface EngineWish {
  /** `wasm` or `native` for that one and no other; default: the environment variable `RECEPTOR_QUIC_ENGINE`. */
  readonly name?: string | undefined;
  /** Is given a line of what is used, and why not the native one where that is installed; default: none is written. */
  readonly log?: Logger | undefined;
}

/**
 * Loads a QUIC engine: the native one where its package is installed and loads, otherwise the one in WebAssembly.
 *
 * With the environment variable `QLOGDIR` each connection has a file in that folder, which tells what was seen of it.
 *
 * See docs/decisions/0071-quic-in-webassembly.md.
 *
 * @throws {StreamError} `engine-unavailable`
 */
export async function loadQuicEngine({
  name = process.env['RECEPTOR_QUIC_ENGINE'],
  log = silentLogger,
}: EngineWish = {}): Promise<QuicEngine> {
  const engine = await wished(name, log);
  log.info(`streams use QUIC: ${engine.name}`);
  const { QLOGDIR: dir = '' } = process.env;
  if (dir === '') return engine;
  const { withQlog } = await import('./qlog/qlog-engine.js');
  return withQlog(engine, dir, log);
}

async function wished(name: string | undefined, log: Logger): Promise<QuicEngine> {
  switch (name) {
    case undefined:
    case '':
      return (await acceleratorIfAny(log)) ?? (await required(PORTABLE, portable));
    case PORTABLE:
      return required(PORTABLE, portable);
    case ACCELERATOR:
      return required(ACCELERATOR, accelerator);
    default:
      throw new StreamError('engine-unavailable', `there is no QUIC engine named ${name}`, {
        hint: `RECEPTOR_QUIC_ENGINE is ${PORTABLE} or ${ACCELERATOR}, or not set.`,
      });
  }
}

async function acceleratorIfAny(log: Logger): Promise<QuicEngine | undefined> {
  try {
    return await accelerator();
  } catch (error) {
    if (!isAbsent(error)) {
      const hint = hintOf(error);
      const help = hint === undefined ? '' : ` (${hint})`;
      log.warning(
        `${ACCELERATOR_PACKAGE} is installed and can't be used: ${errorText(error)}${help}`,
      );
    }
    return undefined;
  }
}

/** Whether the package itself is missing, and not something that it needs. */
function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${ACCELERATOR_PACKAGE}'`)
  );
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
    const why = `the QUIC engine ${name} can't be used: ${errorText(cause)}`;
    const hint = isAbsent(cause)
      ? `Install ${ACCELERATOR_PACKAGE}, or leave RECEPTOR_QUIC_ENGINE unset.`
      : hintOf(cause);
    throw new StreamError('engine-unavailable', why, {
      hint,
      cause,
    });
  }
}

/** What an engine that does not load says about that. */
function hintOf(error: unknown): string | undefined {
  const hint = error instanceof Error && 'hint' in error ? error.hint : undefined;
  return typeof hint === 'string' ? hint : undefined;
}
