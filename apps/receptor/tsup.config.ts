import { cpSync } from 'node:fs';
import { app } from '@receptorjs/tooling-tsup';

export default app({
  onSuccess: () => {
    // The QUIC engine looks for its WebAssembly beside the folder of its code.
    cpSync('../../packages/quic-engine-wasm/wasm', 'wasm', { recursive: true });
    return Promise.resolve();
  },
});
