// A tfjs layers model: a chain of tf.layers with the network's weights, for tf.loadLayersModel and further training.

import { join } from 'node:path';
import { tf } from '../../train/graph/tensorflow.ts';
import { chainOf } from './chain.ts';
import type { ExportFormat } from './format.ts';
import { layersOf } from './layers.ts';
import { tfjsClassifier } from './tfjs-classifier.ts';

export const tfjsLayers: ExportFormat = {
  description: 'tfjs layers model, for tf.loadLayersModel; takes float32 pixels from 0 to 255',
  async write(folder, { graph, state, card }) {
    const made = layersOf(chainOf(graph, state), card.input.shape);
    const model = tf.sequential({ name: card.name, layers: made.map(({ layer }) => layer) });
    tf.tidy(() => {
      for (const { layer, weights } of made)
        layer.setWeights(weights.map(({ values, shape }) => tf.tensor(values, [...shape], 'float32')));
    });
    await model.save(`file://${folder}`);
    model.dispose();
  },
  async open(folder, { card }) {
    const model = await tf.loadLayersModel(tf.io.fileSystem(join(folder, 'model.json')));
    return tfjsClassifier(model, card.input.shape, (images, dims) =>
      tf.tensor4d(Float32Array.from(images), dims),
    );
  },
};
