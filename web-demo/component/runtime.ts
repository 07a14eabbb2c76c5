// onnxruntime's WebAssembly: the page fetches and compiles it once for all models, while the worker starts.
import { messageOf } from '../../models/errors.ts';
import { COPY } from './addresses.ts';
import { ModelError } from './errors.ts';

/** Bytes that are here, and bytes to expect. */
export type DownloadProgress = (loaded: number, total: number) => void;

export interface Runtime {
  /** @throws ModelError when it cannot be fetched, or this browser has no WebAssembly, or the page forbids it. */
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
  let received = 0;
  let beginsWell = true;
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}. ${COPY}`);
    const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        for (let i = 0; received + i < EMPTY_MODULE.length && i < piece.length; i++)
          beginsWell &&= piece[i] === EMPTY_MODULE[received + i];
        received += piece.length;
        came(piece.length);
        controller.enqueue(piece);
      },
    });
    // The type is set here, since not all web servers know that of WebAssembly.
    const headers = { 'content-type': 'application/wasm' };
    return await WebAssembly.compileStreaming(new Response(response.body.pipeThrough(counter), { headers }));
  } catch (error) {
    const said = messageOf(error);
    if (!mayCompile()) throw new ModelError('runtime', FORBIDDEN);
    const isWhole = beginsWell && received === RUNTIME_BYTES;
    if (isWhole) throw new ModelError('runtime', `This browser cannot compile onnxruntime (${url}): ${said}`);
    const wrong = error instanceof WebAssembly.CompileError;
    const why = !wrong
      ? said
      : beginsWell
        ? `${received} bytes came, expected ${RUNTIME_BYTES} (${said}). ${COPY}`
        : `it is no WebAssembly (${said}). ${COPY}`;
    throw new ModelError('fetch', `onnxruntime cannot be fetched from ${url}: ${why}`);
  }
}

/** Browsers name other sources, `'unsafe-eval'` among them, which allow more than is needed. */
const FORBIDDEN =
  "This page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src.";

/** The smallest module, with which all others begin: magic and version. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Whether the page's Content-Security-Policy allows WebAssembly: each browser says in words of its own that it does not. */
function mayCompile(): boolean {
  try {
    new WebAssembly.Module(EMPTY_MODULE);
    return true;
  } catch {
    return false;
  }
}
