// Builds the page. `BUSYHOUR_SERVER` names the running server for `npm run dev`.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.BUSYHOUR_SERVER ?? 'http://127.0.0.1:8480';

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' }, // the server puts a fresh one in its place
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 700 },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/sip': { target: server, ws: true },
      '/health': { target: server },
    },
  },
});
