// Tells the browser in the page's head which large file to fetch at once: the runtime's WebAssembly.
import type { Plugin } from 'vite';

/** Not WebGPU's, which comes on request. */
const runtime = /ort-wasm-simd-threaded-[^.]+\.wasm$/;

/** Adds the link: without it the file waits until the page's scripts have come and run. */
export function preload(): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle = {} }) {
        const name = Object.keys(bundle).find((file) => runtime.test(file));
        if (name === undefined) throw new Error('the build has no WebAssembly of onnxruntime');
        const attrs = {
          rel: 'preload',
          as: 'fetch',
          type: 'application/wasm',
          crossorigin: '',
          href: `./${name}`,
        };
        return [{ tag: 'link', attrs, injectTo: 'head' }];
      },
    },
  };
}
