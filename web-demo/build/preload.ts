// Tells the browser in the page's head what to fetch at once: the browser entry, and the runtime's WebAssembly, which is large.
import type { Plugin } from 'vite';
import { entryAddress } from './browser-files.ts';

/** Not WebGPU's, which comes on request. */
const runtime = /ort-wasm-simd-threaded-[^.]+\.wasm$/;

/** Adds the links: without them the files wait until the page's scripts have come and run. */
export function preload(): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle = {}, filename }) {
        const name = Object.keys(bundle).find((file) => runtime.test(file));
        if (name === undefined) throw new Error('the build has no WebAssembly of onnxruntime');
        const attrs = {
          rel: 'preload',
          as: 'fetch',
          type: 'application/wasm',
          crossorigin: '',
          href: `./${name}`,
        };
        const module = bundle['browser/trainyard.js'];
        if (module?.type !== 'asset') throw new Error('the build has no browser/trainyard.js');
        const entry = { rel: 'modulepreload', href: `./${entryAddress(module.source)}` };
        // Teaching, the worker fetches the runtime: a page's own preload is not for it.
        const wanted = filename.endsWith('teach.html') ? [entry] : [entry, attrs];
        return wanted.map((each) => ({ tag: 'link', attrs: each, injectTo: 'head' }));
      },
    },
  };
}
