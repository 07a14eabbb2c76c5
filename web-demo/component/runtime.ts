// onnxruntime's WebAssembly on the page's side: fetched and compiled once for all models, while a worker still starts.
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { messageOf } from '../../models/errors.ts';
import { ModelError } from './errors.ts';

/** Bytes that are here, and bytes to expect. */
export type DownloadProgress = (loaded: number, total: number) => void;

export interface Runtime {
  /** @throws ModelError when it does not come, or this browser has no WebAssembly. */
  readonly compiled: Promise<WebAssembly.Module>;
  /** Tells how far the download is, from now on. */
  listen(progress: DownloadProgress): void;
}

/** What a page has begun; undefined before, and again after a failure, so that the next model tries anew. */
let begun: Runtime | undefined;

/** Begins to fetch and compile, or joins what has begun. */
export function startRuntime(): Runtime {
  if (begun) return begun;
  const listeners: DownloadProgress[] = [];
  let loaded = 0;
  const compiled = compile((bytes) => {
    loaded += bytes;
    for (const listener of listeners) listener(loaded, Math.max(loaded, RUNTIME_BYTES));
  });
  const runtime: Runtime = {
    compiled,
    listen(progress) {
      listeners.push(progress);
      progress(loaded, RUNTIME_BYTES);
    },
  };
  begun = runtime;
  compiled.then(
    () => listeners.splice(0),
    () => {
      begun = undefined;
    },
  );
  return runtime;
}

async function compile(came: (bytes: number) => void): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined') {
    throw new ModelError('runtime', 'This browser has no WebAssembly.');
  }
  const url = new URL(wasmUrl, import.meta.url).href;
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`${url}: the server answered ${response.status}`);
    const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        came(piece.length);
        controller.enqueue(piece);
      },
    });
    // With a type of its own: hosts of files do not all know WebAssembly's.
    const headers = { 'content-type': 'application/wasm' };
    return await WebAssembly.compileStreaming(new Response(response.body.pipeThrough(counter), { headers }));
  } catch (error) {
    throw new ModelError('fetch', messageOf(error));
  }
}
