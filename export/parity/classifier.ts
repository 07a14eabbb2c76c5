// A model as a function from pictures to probabilities, run by TensorFlow or by onnxruntime.
import type { Shape } from '../../models/image/shape.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { compile } from '../../train/graph/compile.ts';
import { writeKnown } from '../../train/graph/state.ts';
import { tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { needsSizes, withUnknownSizes } from '../graph/unknown-sizes.ts';
import { dropUnused } from '../passes/fold.ts';
import type { PictureFunction, TracedNetwork } from '../trace/network.ts';
import { createInferenceSession, type ModelSource } from './session.ts';

export interface Classifier {
  /**
   * @param images - uint8 `[N,H,W,C]`, any N.
   * @returns Probabilities, float32 `[N,classes]`.
   */
  classify(images: Uint8Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * What a file is compared with: the network itself, run by TensorFlow as one graph, or op by op where a graph cannot
 * hold it because it asks for the number of pictures.
 */
export function tensorflowClassifier(
  { probabilities }: Pick<PictureFunction, 'probabilities'>,
  traced: TracedNetwork,
  shape: Shape,
): Classifier {
  return needsSizes(dropUnused(traced.graph)) === undefined
    ? compiledClassifier(traced, shape)
    : eagerClassifier(probabilities, shape);
}

/** Runs a traced network with an input `image` as one TensorFlow graph: fast, and the same ops as in training. */
function compiledClassifier({ graph, state }: TracedNetwork, shape: Shape): Classifier {
  const compiled = compile({ classify: withUnknownSizes(graph) });
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

/** Runs a function of pictures by eager tfjs: neither the tracer nor the compiler has a part in its answers. */
export function eagerClassifier(probabilities: PictureFunction['probabilities'], shape: Shape): Classifier {
  return {
    classify: async (images) =>
      tf.tidy(() => {
        const pictures = uint8Tensor(images, [countImages(images, shape), ...shape]);
        return Float32Array.from(probabilities(pictures).dataSync());
      }),
    async close() {},
  };
}

/** Runs a model with an input `image` and an output `probabilities`, or `values`, on the CPU. */
export async function onnxClassifier(model: ModelSource, shape: Shape): Promise<Classifier> {
  const session = await createInferenceSession(model);
  return {
    async classify(images) {
      // A copy: onnxruntime takes no shared memory, and data sets are in some.
      const image = new ort.Tensor('uint8', new Uint8Array(images), [countImages(images, shape), ...shape]);
      const { probabilities, values } = await session.run({ image });
      const answers = (probabilities ?? values)?.data;
      if (!(answers instanceof Float32Array))
        throw new Error('the model has no float32 output called probabilities or values');
      return answers;
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
