// onnxruntime's WebAssembly: the page fetches and compiles it once for all models, while the worker starts.
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

/** The page's runtime by its address; without those that failed, so that the next model tries again. */
const begun = new Map<string, Runtime>();

/** Starts to fetch and compile, or returns what has been started before. */
export function startRuntime({ href }: URL): Runtime {
  const before = begun.get(href);
  if (before) return before;
  const listeners: DownloadProgress[] = [];
  let loaded = 0;
  const compiled = compile(href, (bytes) => {
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
  begun.set(href, runtime);
  compiled.then(
    () => listeners.splice(0),
    () => begun.delete(href),
  );
  return runtime;
}

async function compile(url: string, came: (bytes: number) => void): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined') {
    throw new ModelError('runtime', 'This browser has no WebAssembly.');
  }
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
