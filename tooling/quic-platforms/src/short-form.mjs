// The conformance suite's short form, by the engine with and without SIMD, on whatever runs the bundle of this.
import { loadEngine } from '@receptorjs/quic-engine-wasm';
import { describeEngine } from '@receptorjs/tooling-quic-conformance';
import { runAlone } from './vitest-alone.mjs';

const { arch, platform, version } = process;
let good = true;
for (const simd of [true, false]) {
  const { name } = await loadEngine({ simd });
  const passed = await runAlone(`Node ${version} ${platform} ${arch}, ${name}`, () =>
    describeEngine(name, (options) => loadEngine({ ...options, simd }), {
      explainsChains: true,
      endsChainsAnywhere: true,
      short: true,
    }),
  );
  good &&= passed;
}
process.exitCode = good ? 0 : 1;
