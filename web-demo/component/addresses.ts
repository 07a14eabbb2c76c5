// Where the files are that the entry fetches: its worker and onnxruntime. Bundlers find and copy them by what is written here.
import { wholeAddress } from './base.ts';
import { ModelError } from './errors.ts';
import type { Backend } from './types.ts';

/** What helps where a bundler has not copied the files. */
export const COPY =
  'If your bundler does not copy that file, copy the folder node_modules/trainyard/dist/web-demo/browser to where your ' +
  "pages are, and say where: loadModel(source, { assets: '/browser/' })";

/**
 * Adds to the error of a file that did not come what helps.
 *
 * @throws ModelError, or the error that it is given, if that is of another kind.
 */
export function sayToCopy(error: unknown): never {
  if (!(error instanceof ModelError) || error.reason !== 'fetch') throw error;
  throw new ModelError('fetch', `${error.message.replace(/\.$/, '')}. ${COPY}`);
}

/** The files of a backend. */
export interface Addresses {
  /** The script of the worker, which has onnxruntime's JavaScript in it. */
  readonly worker: URL;
  /** onnxruntime's WebAssembly. */
  readonly wasm: URL;
  /** The script of the worker that fetches models of the Hugging Face Hub. */
  readonly hub: URL;
  /** The script with which a worker looks inside of a model, when it is asked to. */
  readonly layers: URL;
}

/**
 * The addresses of a backend's files.
 *
 * Vite, webpack and Turbopack copy a file, and write its new address, where they read `new URL('./name', import.meta.url)`
 * with a name that is a string. None of the files imports another one, so that it does not matter where each one is
 * copied to. WebGPU's, which are 27 MB and seldom used, are named so that no bundler copies them.
 *
 * @param assets - address of a copy of the package's folder `dist/web-demo/browser`; without it the files are where this
 * module, or the bundler, has them.
 * @throws ModelError in a bundle that does not know its own address, as esbuild makes with `--format=iife`.
 */
export function addressesOf(backend: Backend['name'], assets: string | URL | undefined): Addresses {
  if (assets !== undefined) return beside(backend, folderOf(assets));
  const own: string | undefined = import.meta.url;
  if (own === undefined)
    throw new ModelError('fetch', `This bundle does not know its own address (import.meta.url). ${COPY}`);
  if (backend === 'webgpu') return beside(backend, own);
  return {
    worker: whole(new URL('./wasm-worker.js', import.meta.url)),
    wasm: whole(new URL('./ort-wasm-simd-threaded.wasm', import.meta.url)),
    hub: whole(new URL('./hub-worker.js', import.meta.url)),
    layers: whole(new URL('./layers.js', import.meta.url)),
  };
}

/** The build puts hashes into these names, and into those above. */
const names = {
  wasm: {
    worker: './wasm-worker.js',
    wasm: './ort-wasm-simd-threaded.wasm',
  },
  webgpu: {
    worker: './webgpu-worker.js',
    wasm: './ort-wasm-simd-threaded.asyncify.wasm',
  },
} as const;

/** The same for both backends. */
const shared = { hub: './hub-worker.js', layers: './layers.js' } as const;

function beside(backend: Backend['name'], base: string | URL): Addresses {
  const { worker, wasm } = names[backend];
  return {
    worker: new URL(worker, base),
    wasm: new URL(wasm, base),
    hub: new URL(shared.hub, base),
    layers: new URL(shared.layers, base),
  };
}

/** Turbopack's URL has no host. */
function whole(url: URL): URL {
  return new URL(url, location.href);
}

function folderOf(assets: string | URL): URL {
  const url = wholeAddress(assets);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
