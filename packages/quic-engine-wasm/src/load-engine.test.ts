import { describeEngine } from '@receptorjs/tooling-quic-conformance';
import { expect, it } from 'vitest';
import { loadEngine } from './load-engine.js';

it('says whether it uses SIMD', async () => {
  expect((await loadEngine({ simd: true })).name).toBe('WebAssembly with SIMD');
  expect((await loadEngine({ simd: false })).name).toBe('WebAssembly without SIMD');
  expect((await loadEngine()).name).toMatch(/^WebAssembly/);
});

describeEngine(
  'in WebAssembly without SIMD',
  (options) => loadEngine({ ...options, simd: false }),
  { explainsChains: true, endsChainsAnywhere: true, short: true },
);
