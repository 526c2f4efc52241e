import { app } from '@receptorjs/tooling-tsup';

// PGlite finds its WebAssembly and its first database beside its own files
export default app({
  noExternal: [
    /^(?!node:|@electric-sql\/pglite|pg-native$|@receptorjs\/quic-engine-native$|koffi$|bufferutil$|@opentelemetry\/)/,
  ],
  external: [/^@electric-sql\/pglite/, 'pg-native'],
});
