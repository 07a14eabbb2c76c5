// Builds the page and the browser entry into dist/web-demo: hashed assets, onnxruntime's WebAssembly among them.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { compress } from './build/compress.ts';
import { contentSecurityPolicy } from './build/policy.ts';
import { precache } from './build/precache.ts';
import { preload } from './build/preload.ts';
import { testPictures } from './build/test-pictures.ts';
import { browserTypes } from './build/types.ts';

const runtime = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Entries whose addresses must not change. */
const fixed: Record<string, string> = { trainyard: 'browser/trainyard.js', sw: 'sw.js' };

/** What the browser entry needs lies beside it, so that it can be taken elsewhere as one folder. */
const besideEntry = 'browser/assets/[name]-[hash][extname]';

export default defineConfig(({ command }) => {
  // A build is for production whoever starts it: a test's environment says otherwise.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    root: here('.'),
    // Relative addresses, so that the built page can lie in any folder of any web server.
    base: './',
    define: { RUNTIME_BYTES: JSON.stringify(statSync(runtime).size) },
    // onnxruntime's loader as a file of its own: its threads start from it.
    resolve: {
      conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'],
    },
    plugins: [contentSecurityPolicy(), testPictures(), browserTypes(), preload(), precache(), compress()],
    worker: {
      format: 'es',
      rollupOptions: {
        output: {
          entryFileNames: 'browser/assets/[name]-[hash].js',
          chunkFileNames: 'browser/assets/[name]-[hash].js',
          assetFileNames: besideEntry,
        },
      },
    },
    // For the development server: found by itself, the second two would cost a reload.
    optimizeDeps: { exclude: ['onnxruntime-web'], include: ['zod', 'protobufjs/minimal.js'] },
    server: { fs: { allow: [here('..')] } },
    build: {
      outDir: '../dist/web-demo',
      emptyOutDir: true,
      target: 'es2022',
      // Small files as data: addresses would need an exception in the policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: {
          index: here('index.html'),
          trainyard: here('component/index.ts'),
          sw: here('service-worker.ts'),
        },
        preserveEntrySignatures: 'exports-only',
        output: {
          entryFileNames: ({ name }) => fixed[name] ?? 'assets/[name]-[hash].js',
          chunkFileNames: ({ moduleIds }) =>
            `${moduleIds.some((id) => id.includes('/component/')) ? 'browser/' : ''}assets/[name]-[hash].js`,
          assetFileNames: ({ names }) =>
            names.some((name) => /\.(wasm|mjs)$/.test(name)) ? besideEntry : 'assets/[name]-[hash][extname]',
        },
      },
    },
  };
});
