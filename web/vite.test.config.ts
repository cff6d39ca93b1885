// Bundles the unit tests for node's own test runner, so that they need no further packages.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const src = fileURLToPath(new URL('./src', import.meta.url));
const tests = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));

export default defineConfig({
  resolve: { alias: { '@': src } },
  publicDir: false,
  build: {
    ssr: true,
    outDir: '.test',
    emptyOutDir: true,
    rollupOptions: {
      input: Object.fromEntries(tests.map((name) => [name.replace(/\.ts$/, '').replaceAll('/', '-'), `${src}/${name}`])),
      output: { entryFileNames: '[name].mjs' },
    },
  },
});
