// onnxruntime on WebGPU: another, larger runtime, which is fetched only when it is used.
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { createGraph, type Graph } from './graph.ts';
import { openSession } from './open-session.ts';

/**
 * Opens a model on the GPU. The model as a whole never falls back to WebAssembly, though onnxruntime runs single
 * operators on the CPU that it does not have for the GPU.
 *
 * @param wasm - address of onnxruntime's WebAssembly.
 * @throws ModelError when there is no WebGPU, or no GPU behind it.
 */
export async function openOnWebGpu(wasm: string, model: Uint8Array): Promise<Graph> {
  env.wasm.wasmPaths = { wasm };
  env.wasm.numThreads = 1;
  env.logLevel = 'error';
  const session = await openSession('WebGPU', () =>
    InferenceSession.create(model, { executionProviders: ['webgpu'] }),
  );
  return createGraph(session, ({ data, dims }) =>
    data instanceof Uint8Array ? new Tensor('uint8', data, dims) : new Tensor('float32', data, dims),
  );
}
