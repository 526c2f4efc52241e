import { describeEngine } from '@receptorjs/tooling-quic-conformance';
import { loadEngine } from './load-engine.js';

describeEngine('in WebAssembly', (options) => loadEngine(options), {
  explainsChains: true,
  endsChainsAnywhere: true,
});
