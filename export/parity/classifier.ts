// A model as a function from pictures to probabilities, run by TensorFlow or by onnxruntime.
import * as ort from '../../models/onnxruntime.ts';
import { compile } from '../../train/graph/compile.ts';
import type { Graph } from '../../train/graph/graph.ts';
import { type State, writeKnown } from '../../train/graph/state.ts';
import { tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { createInferenceSession, type ModelSource } from './session.ts';

/** Height, width and channels of the pictures that a model takes. */
export type Shape = readonly [height: number, width: number, channels: number];

export interface Classifier {
  /**
   * @param images - uint8 `[N,H,W,C]`, any N.
   * @returns Probabilities, float32 `[N,classes]`.
   */
  classify(images: Uint8Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Runs a traced graph with an input `image` as one TensorFlow graph: fast, and the same ops as in training. */
export function tensorflowClassifier(graph: Graph, state: State, shape: Shape): Classifier {
  const compiled = compile({ classify: graph });
  writeKnown(compiled, state);
  return {
    async classify(images) {
      const tensor = uint8Tensor(images, [countImages(images, shape), ...shape]);
      const [output] = compiled.run('classify', { image: tensor });
      if (output === undefined) throw new Error('the graph has no output');
      const values = Float32Array.from(await output.data());
      tf.dispose([tensor, output]);
      return values;
    },
    async close() {
      compiled.dispose();
    },
  };
}

/** Runs a model with an input `image` and an output `probabilities` on the CPU. */
export async function onnxClassifier(model: ModelSource, shape: Shape): Promise<Classifier> {
  const session = await createInferenceSession(model);
  return {
    async classify(images) {
      // A copy: onnxruntime takes no shared memory, where data sets lie.
      const image = new ort.Tensor('uint8', new Uint8Array(images), [countImages(images, shape), ...shape]);
      const { probabilities } = await session.run({ image });
      if (!(probabilities?.data instanceof Float32Array))
        throw new Error('the model has no float32 output called probabilities');
      return probabilities.data;
    },
    close: () => session.release(),
  };
}

/** The runtimes that a parity certificate speaks of, with their versions. */
export function runtimes(tensorflowVersion: string): string {
  return `onnxruntime ${ort.env.versions.node}, tfjs-node ${tf.version['tfjs-node']}, TensorFlow ${tensorflowVersion}`;
}

function countImages(images: Uint8Array, [height, width, channels]: Shape): number {
  const n = images.length / (height * width * channels);
  if (Number.isInteger(n)) return n;
  throw new Error(`${images.length} bytes are not a whole number of pictures ${height}x${width}x${channels}`);
}
