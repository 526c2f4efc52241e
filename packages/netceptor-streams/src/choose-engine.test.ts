import { silentLogger } from '@receptorjs/primitives';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Logger } from '@receptorjs/netceptor';
import { loadQuicEngine } from './choose-engine.js';

const failure = (line: string): void => {
  throw new Error(`unexpected: ${line}`);
};
const PACKAGE = '@receptorjs/quic-engine-native';

describe('the QUIC engine', () => {
  afterEach(() => vi.doUnmock(PACKAGE));

  // The native one is a package that nothing here depends on, so that it is not installed.
  it.each([undefined, '', 'wasm'])(
    'is WebAssembly for %o where the native one is absent',
    async (name) => {
      const lines: string[] = [];
      const log: Logger = { ...silentLogger, info: (line) => lines.push(line), warning: failure };
      const engine = await loadQuicEngine({ name, log });
      expect(engine.name).toMatch(/^WebAssembly/);
      expect(lines).toEqual([`streams use QUIC: ${engine.name}`]);
    },
  );

  it('is refused when it is to be native and is not there', async () => {
    await expect(loadQuicEngine({ name: 'native' })).rejects.toMatchObject({
      code: 'engine-unavailable',
      hint: expect.stringContaining('@receptorjs/quic-engine-native') as unknown,
    });
  });

  it('says what helps, in the words of the engine, when it is installed and does not load', async () => {
    const failure = Object.assign(new Error('no such binary'), { hint: 'Get a newer glibc.' });
    vi.doMock(PACKAGE, () => ({ loadEngine: () => Promise.reject(failure) }));
    await expect(loadQuicEngine({ name: 'native' })).rejects.toMatchObject({
      message: "the QUIC engine native can't be used: no such binary",
      hint: 'Get a newer glibc.',
    });
    const lines: string[] = [];
    const log: Logger = { ...silentLogger, warning: (line) => lines.push(line) };
    await loadQuicEngine({ name: '', log });
    expect(lines).toEqual([
      `${PACKAGE} is installed and can't be used: no such binary (Get a newer glibc.)`,
    ]);
  });

  it('is refused by a name that is none', async () => {
    await expect(loadQuicEngine({ name: 'steam' })).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: 'there is no QUIC engine named steam',
    });
  });

  it('is native where that is installed', async () => {
    const native = { name: 'a native one' };
    vi.doMock(PACKAGE, () => ({ loadEngine: () => Promise.resolve(native) }));
    expect(await loadQuicEngine({ name: '' })).toBe(native);
  });

  it('is WebAssembly where the native one is installed and does not load, which is said', async () => {
    vi.doMock(PACKAGE, () => ({ loadEngine: () => Promise.reject(new Error('no such binary')) }));
    const lines: string[] = [];
    const log: Logger = { ...silentLogger, warning: (line) => lines.push(line) };
    expect((await loadQuicEngine({ name: '', log })).name).toMatch(/^WebAssembly/);
    expect(lines).toEqual([`${PACKAGE} is installed and can't be used: no such binary`]);
  });
});
