// Builds the page into dist/web-demo: hashed assets, onnxruntime's WebAssembly among them, each also compressed.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { compress } from './build/compress.ts';
import { contentSecurityPolicy } from './build/policy.ts';

const runtime = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative addresses, so that the built page can lie in any folder of any web server.
  base: './',
  define: { RUNTIME_BYTES: JSON.stringify(statSync(runtime).size) },
  plugins: [contentSecurityPolicy(), compress()],
  worker: { format: 'es' },
  // For the development server: found by itself, the second two would cost a reload.
  optimizeDeps: { exclude: ['onnxruntime-web'], include: ['zod', 'protobufjs/minimal.js'] },
  server: { fs: { allow: [fileURLToPath(new URL('..', import.meta.url))] } },
  build: {
    outDir: '../dist/web-demo',
    emptyOutDir: true,
    target: 'es2022',
    // Small files as data: addresses would need an exception in the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
