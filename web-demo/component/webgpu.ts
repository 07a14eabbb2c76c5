// onnxruntime on WebGPU: another, larger runtime, which is fetched only when it is asked for.
import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import type { Card } from '../../models/card.ts';
import { messageOf } from '../../models/errors.ts';
import { ModelError } from './errors.ts';
import { createRunner, type Runner } from './runner.ts';

/**
 * Opens a model on the graphics processor; nothing falls back to WebAssembly as a whole, though onnxruntime itself
 * leaves single operators that it lacks on the processor.
 *
 * @throws ModelError when there is no WebGPU, or no graphics processor behind it.
 */
export async function openOnWebGpu(model: Uint8Array, card: Card): Promise<Runner> {
  env.wasm.wasmPaths = {
    mjs: new URL(mjsUrl, import.meta.url).href,
    wasm: new URL(wasmUrl, import.meta.url).href,
  };
  env.wasm.numThreads = 1;
  env.logLevel = 'error';
  const session = await InferenceSession.create(model, { executionProviders: ['webgpu'] }).catch((error) => {
    throw new ModelError('runtime', `WebGPU: ${messageOf(error)}`);
  });
  return createRunner(session, (data, dims) => new Tensor('uint8', data, dims), card);
}
