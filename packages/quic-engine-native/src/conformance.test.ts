import { describeEngine } from '@receptorjs/tooling-quic-conformance';
import { loadEngine } from './load-engine.js';

describeEngine('native', loadEngine, { explainsChains: false, endsChainsAnywhere: false });
