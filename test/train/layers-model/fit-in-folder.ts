// A fit in a process of its own, for a test that kills it: fit-in-folder.ts <run's folder>.
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import { oneHot, uniform } from './beside-tfjs.ts';

export const EPOCHS = 8;

/** A model that draws, has statistics, and slots of its optimizer. */
export function dropoutModel(): LayersModel {
  const model = tf.sequential();
  const kernelInitializer = () => tf.initializers.glorotUniform({ seed: 5 });
  model.add(
    tf.layers.dense({
      inputShape: [6],
      units: 8,
      activation: 'relu',
      kernelInitializer: kernelInitializer(),
    }),
  );
  model.add(tf.layers.batchNormalization({}));
  model.add(tf.layers.dropout({ rate: 0.3 }));
  model.add(tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: kernelInitializer() }));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

export const rows = { x: () => uniform([60, 6], 5, -1, 1), y: () => oneHot(60, 3) };

/** Trains in `run`, by a learning rate that falls from epoch to epoch. */
export function trainIn(run: string, model = dropoutModel(), epochs = EPOCHS) {
  return fit(model, rows.x(), rows.y(), {
    ...{ run, epochs, batchSize: 16, validationSplit: 0.2, verbose: 0 },
    callbacks: {
      onEpochEnd: async (epoch) => {
        console.log(`epoch ${epoch}`);
        Reflect.set(
          model.optimizer,
          'learningRate',
          Number(Reflect.get(model.optimizer, 'learningRate')) * 0.8,
        );
      },
    },
  });
}

if (process.argv[1]?.endsWith('fit-in-folder.ts')) {
  // Names of weights are counted up in a process: those of the model that is trained are others here.
  dropoutModel().dispose();
  await trainIn(process.argv[2] ?? '');
  console.log('finished');
}
