// onnxruntime-web: downloads its WebAssembly from our own host, opens a model, runs one picture.

import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { Card } from '../../models/card.ts';
import { download } from './download.ts';

/** A model that is ready to run. */
export interface Runner {
  /**
   * Runs one picture.
   *
   * @param input - `[H,W,C]` uint8, prepared by the rule of the card.
   * @returns float32 `[labels]`.
   */
  run(input: Uint8Array): Promise<Float32Array>;
  /** Frees the model's memory. */
  close(): Promise<void>;
}

/** Downloads the WebAssembly, so that it comes at the same time as the model. */
export function downloadRuntime(progress: (loaded: number, total: number) => void): Promise<Uint8Array> {
  return download(wasmUrl, RUNTIME_BYTES, progress);
}

/** Opens a model file on the WebAssembly that {@link downloadRuntime} brought. */
export async function openRunner(wasm: Uint8Array, model: Uint8Array, card: Card): Promise<Runner> {
  env.wasm.wasmBinary = wasm;
  // A picture of this size takes well under a millisecond: waking other threads would take longer than it saves.
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'] });
  return {
    async run(input) {
      const image = new Tensor('uint8', input, [1, ...card.input.shape]);
      const { [card.output.name]: output } = await session.run({ [card.input.name]: image });
      const data = output?.data;
      if (!(data instanceof Float32Array) || data.length !== card.labels.length) {
        throw new Error(
          `the model answered ${data?.length ?? 'no'} numbers, its card has ${card.labels.length} labels`,
        );
      }
      return data;
    },
    close: () => session.release(),
  };
}
