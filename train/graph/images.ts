// Graphs of pictures: how a function of uint8 images is recorded for any number of them, and run on them.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { sizeOf } from '../../models/shape.ts';
import type { Compiled } from './compile.ts';
import type { Graph } from './graph.ts';
import { traceDynamic } from './retrace.ts';
import { tf, uint8Tensor } from './tensorflow.ts';
import type { TraceInput } from './trace.ts';

/** What the input is called, as in a model file. */
const IMAGE = 'image';

/** The input for a trace: `n` black images of `shape`. */
export function blankImages(n: number, shape: readonly number[]): TraceInput {
  return { name: IMAGE, tensor: uint8Tensor(new Uint8Array(n * sizeOf(shape)), [n, ...shape]) };
}

/**
 * Records a function of images for any number of them.
 * @param fn - Takes uint8 `[N,...shape]`.
 */
export function traceImages(
  fn: (images: Tensor) => Tensor,
  shape: readonly number[],
  variables: ReadonlyMap<string, Variable>,
): Graph {
  return traceDynamic(
    ({ [IMAGE]: images }) => {
      if (images === undefined) throw new Error(`a graph of pictures has an input called ${IMAGE}`);
      return [fn(images)];
    },
    (n) => [blankImages(n, shape)],
    variables,
  );
}

/**
 * Runs a graph of pictures.
 * @param images - uint8 `[N,...shape]`, any N for which the graph was recorded.
 * @param read - Takes what it needs from the outputs, which are disposed afterwards.
 */
export function runOnImages<Program extends string, Result>(
  compiled: Compiled<Program>,
  program: Program,
  images: Uint8Array,
  shape: readonly number[],
  read: (outputs: readonly Tensor[]) => Result,
): Result {
  const tensor = uint8Tensor(images, [images.length / sizeOf(shape), ...shape]);
  const outputs = compiled.run(program, { [IMAGE]: tensor });
  try {
    return read(outputs);
  } finally {
    tf.dispose([tensor, ...outputs]);
  }
}

/** The values of the first of some outputs: float32, row-major. */
export function firstValues([output]: readonly Tensor[]): Float32Array {
  if (output === undefined) throw new Error('the graph has no output');
  return output.dataSync() as Float32Array;
}
