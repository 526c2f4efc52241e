import { describe, expect, it } from 'vitest';
import { loadQuicEngine } from './choose-engine.js';

describe('the QUIC engine', () => {
  // The native one is a package that nothing here depends on, so that it is not installed.
  it.each([undefined, '', 'wasm'])(
    'is WebAssembly for %o where the native one is absent',
    async (wish) => {
      expect((await loadQuicEngine(wish)).name).toMatch(/^WebAssembly/);
    },
  );

  it('is refused when it is to be native and is not there', async () => {
    await expect(loadQuicEngine('native')).rejects.toMatchObject({
      code: 'engine-unavailable',
      hint: expect.stringContaining('@receptorjs/quic-engine-native') as unknown,
    });
  });

  it('is refused by a name that is none', async () => {
    await expect(loadQuicEngine('steam')).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: 'there is no QUIC engine named steam',
    });
  });
});
