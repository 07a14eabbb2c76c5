// onnxruntime on WebAssembly with SIMD, on one thread or on several.
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { createGraph, type Graph } from './graph.ts';
import { openSession } from './open-session.ts';

/** @throws ModelError when this browser lacks what the runtime needs, or the runtime cannot run the file. */
export async function openOnWasm(
  compiled: WebAssembly.Module,
  model: Uint8Array,
  threads: number,
): Promise<Graph> {
  const session = await openWasmSession(compiled, model, threads);
  return createGraph(session, ({ data, dims }) =>
    data instanceof Uint8Array ? new Tensor('uint8', data, dims) : new Tensor('float32', data, dims),
  );
}

/** @throws ModelError as {@link openOnWasm}. */
export function openWasmSession(
  compiled: WebAssembly.Module,
  model: Uint8Array,
  threads: number,
): Promise<InferenceSession> {
  // Some bytes, or onnxruntime would fetch them.
  env.wasm.wasmBinary = new Uint8Array(1);
  env.wasm.numThreads = threads;
  // Errors that matter are thrown; everything else would only fill the console.
  env.logLevel = 'error';
  const create = () => InferenceSession.create(model, { executionProviders: ['wasm'] });
  return openSession('WebAssembly', () => withCompiled(compiled, create));
}

/**
 * Does work that instantiates WebAssembly from bytes, with what is already compiled in the place of the bytes. onnxruntime
 * has no option for that; in this worker nobody else calls the function.
 */
async function withCompiled<T>(compiled: WebAssembly.Module, work: () => Promise<T>): Promise<T> {
  const { instantiate } = WebAssembly;
  Object.assign(WebAssembly, {
    instantiate: async (_: BufferSource, imports: WebAssembly.Imports) => ({
      module: compiled,
      instance: await instantiate(compiled, imports),
    }),
  });
  try {
    return await work();
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
}
