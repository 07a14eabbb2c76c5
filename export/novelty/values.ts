// A value within a model's graph for many pictures, batch by batch.
import { concatenate } from '../../models/concatenate.ts';
import type { Shape } from '../../models/image/shape.ts';
import type { ModelProto } from '../../models/onnx/types.ts';
import { sizeOf } from '../../models/shape.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { imagesOf, type Split } from '../../train/datasets/index.ts';
import { withOutputs } from '../parity/layers.ts';
import { createInferenceSession } from '../parity/session.ts';

const BATCH = 256;

/** The level of onnxruntime's log at which it prints no error. */
const FATAL = 4;

/** Pictures `[H,W,C]` uint8 by their places. */
export interface SomePictures {
  readonly n: number;
  readonly at: (i: number) => Uint8Array;
}

/** So many pictures of a split at most, evenly from all of it: its labels may be in order. */
export function evenly(split: Split, most: number): SomePictures {
  const n = Math.min(split.n, most);
  return {
    n,
    at(i) {
      const place = Math.floor((i * split.n) / n);
      return imagesOf(split, place, place + 1);
    },
  };
}

export function listed(pictures: readonly Uint8Array[]): SomePictures {
  return { n: pictures.length, at: (i) => pictures[i] ?? new Uint8Array() };
}

/**
 * Makes the function that runs a model for a value of its graph.
 *
 * @param name - of a float32 value with a row for each picture.
 */
export async function openValue(model: ModelProto, name: string, shape: Shape) {
  const session = await createInferenceSession(withOutputs(model, [name]));
  const size = sizeOf(shape);
  async function run({ n, at }: SomePictures, from: number): Promise<Float32Array> {
    const count = Math.min(BATCH, n - from);
    const bytes = new Uint8Array(count * size);
    for (let i = 0; i < count; i++) bytes.set(at(from + i), i * size);
    const { [name]: value } = await session.run(
      { image: new ort.Tensor('uint8', bytes, [count, ...shape]) },
      [name],
      { logSeverityLevel: FATAL }, // what goes wrong is thrown, too
    );
    const { data, dims } = value ?? {};
    if (data instanceof Float32Array && dims?.[0] === count) return data;
    throw new Error(
      `${name} of ${count} pictures is ${value?.type} [${dims}], expected a float32 row for each`,
    );
  }
  return {
    /** Float32 `[n,...]`. */
    async of(pictures: SomePictures): Promise<Float32Array> {
      const parts: Float32Array[] = [];
      for (let from = 0; from < pictures.n; from += BATCH) parts.push(await run(pictures, from));
      return concatenate(parts);
    },
    close: () => session.release(),
  };
}
