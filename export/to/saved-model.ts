// A TensorFlow SavedModel with the signature serving_default, as TensorFlow Serving and tf.saved_model.load read it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type SignatureDef,
  shapeProto,
  TAG,
  type TensorInfo,
  writeSavedModel,
} from '../../train/graph/saved-model.ts';
import { backend, tensorId, tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { PROBABILITIES } from '../trace/network.ts';
import type { ExportFormat } from './format.ts';
import { freeze, type Port } from './frozen-graph.ts';

export const savedModel: ExportFormat = {
  description: 'TensorFlow SavedModel, for TensorFlow Serving and tf.saved_model.load',
  async write(folder, { graph, state }) {
    const { nodes, inputs, outputs } = freeze(graph, state, [PROBABILITIES]);
    const signature: SignatureDef = {
      inputs: tensorInfos(inputs),
      outputs: tensorInfos(outputs),
      method_name: 'tensorflow/serving/predict',
    };
    writeSavedModel(folder, nodes, { serving_default: signature });
    // Empty, since the weights are in the graph: some readers look for it.
    mkdirSync(join(folder, 'variables'));
  },
  async open(folder, { card }) {
    const session = backend.binding.loadSavedModel(folder, TAG);
    const { shape } = card.input;
    return {
      async classify(images) {
        const image = uint8Tensor(images, [images.length / (shape[0] * shape[1] * shape[2]), ...shape]);
        const [metadata] = backend.binding.runSavedModel(
          session,
          [tensorId(image)],
          'image:0',
          `${PROBABILITIES}:0`,
        );
        if (metadata === undefined) throw new Error('the SavedModel gave no output');
        const output = backend.createOutputTensor(metadata);
        const values = Float32Array.from(output.dataSync());
        tf.dispose([image, output]);
        return values;
      },
      async close() {
        backend.binding.deleteSavedModel(session);
      },
    };
  },
};

function tensorInfos(ports: readonly Port[]): Record<string, TensorInfo> {
  return Object.fromEntries(
    ports.map(({ name, dtype, shape }) => [
      name,
      { name: `${name}:0`, dtype, tensor_shape: shapeProto(shape) },
    ]),
  );
}
