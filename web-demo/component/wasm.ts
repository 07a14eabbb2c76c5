// onnxruntime on WebAssembly with SIMD: from our own host, on one thread or on several.
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { Card } from '../../models/card.ts';
import { messageOf } from '../../models/errors.ts';
import { ModelError } from './errors.ts';
import { createRunner, type Runner } from './runner.ts';

/** Starts to fetch onnxruntime's loader, at the same time as the model. */
export function fetchLoader() {
  return import('./loader.ts');
}

/** @throws ModelError when this browser lacks what the runtime needs, or the runtime cannot run the file. */
export async function openOnWasm(
  loader: Awaited<ReturnType<typeof fetchLoader>>,
  compiled: WebAssembly.Module,
  model: Uint8Array,
  card: Card,
  threads: number,
): Promise<Runner> {
  loader.use(compiled);
  env.wasm.wasmPaths = { mjs: loader.url };
  env.wasm.numThreads = threads;
  // Errors that matter are thrown; everything else would only fill the console.
  env.logLevel = 'error';
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'] }).catch((error) => {
    throw new ModelError('model', messageOf(error));
  });
  return createRunner(session, (data, dims) => new Tensor('uint8', data, dims), card);
}
