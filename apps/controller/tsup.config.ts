import { app } from '@receptorjs/tooling-tsup';
import { cpSync } from 'node:fs';

// PGlite finds its WebAssembly and its first database beside its own files
export default app({
  noExternal: [
    /^(?!node:|@electric-sql\/pglite|pg-native$|@receptorjs\/quic-engine-native$|koffi$|bufferutil$|@opentelemetry\/)/,
  ],
  external: [/^@electric-sql\/pglite/, 'pg-native'],
  onSuccess: async () => {
    // the playbook that updates projects, which controller-projects finds beside its code
    cpSync('../../packages/controller-projects/project-update', 'dist/project-update', {
      recursive: true,
    });
    cpSync('../../packages/controller-web/dist', 'dist/web', { recursive: true });
    return Promise.resolve();
  },
});
