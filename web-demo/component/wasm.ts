// onnxruntime on WebAssembly with SIMD: from our own host, on one thread or on several.
import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { Card } from '../../models/card.ts';
import { download } from './download.ts';
import { ModelError, messageOf } from './errors.ts';
import { createRunner, type Runner } from './runner.ts';

/** Downloads the WebAssembly, so that it comes at the same time as the model. */
export function downloadWasm(progress: (loaded: number, total: number) => void): Promise<Uint8Array> {
  return download(new URL(wasmUrl, import.meta.url).href, RUNTIME_BYTES, progress);
}

/** @throws ModelError when this browser lacks what the runtime needs, or the file is no model that it can run. */
export async function openOnWasm(
  wasm: Uint8Array,
  model: Uint8Array,
  card: Card,
  threads: number,
): Promise<Runner> {
  env.wasm.wasmBinary = wasm;
  env.wasm.wasmPaths = { mjs: new URL(mjsUrl, import.meta.url).href };
  env.wasm.numThreads = threads;
  // What the page should know comes as an exception; the rest would only fill its console.
  env.logLevel = 'error';
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'] }).catch((error) => {
    throw new ModelError('model', messageOf(error));
  });
  return createRunner(session, (data, dims) => new Tensor('uint8', data, dims), card);
}
