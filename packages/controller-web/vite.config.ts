import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // the policy of contents allows files alone, no data in addresses
    assetsInlineLimit: 0,
    // what the first page loads is read from it
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 1000,
  },
  // `pnpm dev`: the pages from their sources, over a controller that runs
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8052' } },
});
