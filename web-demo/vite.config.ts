// Builds the page and the browser entry into dist/web-demo: hashed assets, with the browser entry beside.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { browser } from './build/browser.ts';
import { compress } from './build/compress.ts';
import { contentSecurityPolicy } from './build/policy.ts';
import { precache } from './build/precache.ts';
import { preload } from './build/preload.ts';
import { testPictures } from './build/test-pictures.ts';
import { browserTypes } from './build/types.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ command }) => {
  // A build is for production whoever starts it: a test's environment says otherwise.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    root: here('.'),
    // Relative addresses, so that the built page can lie in any folder of any web server.
    base: './',
    plugins: [
      browser(),
      contentSecurityPolicy(),
      testPictures(),
      browserTypes(),
      preload(),
      precache(),
      compress(),
    ],
    // The page imports no packages.
    optimizeDeps: { noDiscovery: true },
    server: { fs: { allow: [here('..')] } },
    build: {
      outDir: '../dist/web-demo',
      emptyOutDir: true,
      target: 'es2022',
      // Small files as data: addresses would need an exception in the policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: { index: here('index.html'), teach: here('teach.html'), sw: here('service-worker.ts') },
        output: {
          // The service worker's address must not change.
          entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
          chunkFileNames: 'assets/[name]-[hash].js',
          assetFileNames: 'assets/[name]-[hash][extname]',
        },
      },
    },
  };
});
