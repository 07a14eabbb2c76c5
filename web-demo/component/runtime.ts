// onnxruntime's WebAssembly: the page fetches and compiles it once for all models, while the worker starts.
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { messageOf } from '../../models/errors.ts';
import { ModelError } from './errors.ts';

/** Bytes that are here, and bytes to expect. */
export type DownloadProgress = (loaded: number, total: number) => void;

export interface Runtime {
  /** @throws ModelError when it cannot be fetched, or this browser has no WebAssembly. */
  readonly compiled: Promise<WebAssembly.Module>;
  /** Calls `progress` now and whenever more bytes have arrived. */
  listen(progress: DownloadProgress): void;
}

/** The page's runtime; undefined before it is asked for, and after a failure, so that the next model tries again. */
let begun: Runtime | undefined;

/** Starts to fetch and compile, or returns what has been started before. */
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
    // The type is set here, since not all web servers know that of WebAssembly.
    const headers = { 'content-type': 'application/wasm' };
    return await WebAssembly.compileStreaming(new Response(response.body.pipeThrough(counter), { headers }));
  } catch (error) {
    throw new ModelError('fetch', messageOf(error));
  }
}
