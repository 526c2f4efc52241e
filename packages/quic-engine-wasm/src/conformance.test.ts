import { describeEngine } from '@receptorjs/tooling-quic-conformance';
import { loadEngine } from './load-engine.js';

describeEngine('in WebAssembly', (options) => loadEngine({ ...options, inPlaceCiphers: false }), {
  explainsChains: true,
  endsChainsAnywhere: true,
});

describeEngine(
  'in WebAssembly with ciphers in place',
  (options) => loadEngine({ ...options, inPlaceCiphers: true }),
  { explainsChains: true, endsChainsAnywhere: true },
);
