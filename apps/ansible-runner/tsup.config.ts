import { app } from '@receptorjs/tooling-tsup';
import { cpSync } from 'node:fs';

export default app({
  entry: ['src/cli.ts', 'src/daemon.ts'],
  onSuccess: async () => {
    // The launcher and the callback plugin are Python files; runner-core finds them beside its code.
    cpSync('../../packages/runner-core/python', 'dist/python', { recursive: true });
    // The QUIC engine looks for its WebAssembly beside the folder of its code.
    cpSync('../../packages/quic-engine-wasm/wasm', 'wasm', { recursive: true });
    return Promise.resolve();
  },
});
