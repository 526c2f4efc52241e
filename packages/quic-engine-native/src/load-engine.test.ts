import { afterEach, expect, it, vi } from 'vitest';
import { loadEngine } from './load-engine.js';

afterEach(() => {
  vi.doUnmock('@matrixai/quic/native/quiche.js');
});

it('a platform without a binary is named, with what helps', async () => {
  vi.doMock('@matrixai/quic/native/quiche.js', () => {
    throw new Error('no binary');
  });
  await expect(loadEngine()).rejects.toMatchObject({
    code: 'engine-unavailable',
    message: `no binary of the native QUIC engine loads here (${process.platform}, ${process.arch})`,
    hint: expect.stringContaining('@matrixai/quic-linux-x64') as unknown,
  });
});
