// One training step, its ops executed one by one as tfjs does.
import { tf, uint8Tensor } from '../../../train/graph/tensorflow.ts';
import { stepFunction } from '../../../train/loop/step-functions.ts';
import { scheduleAt } from '../../../train/optimizers/schedules/index.ts';
import { createUpdater } from '../../../train/optimizers/updater.ts';
import { seedPair } from '../../../train/random.ts';
import { networkOf, randomSplit } from './networks.ts';
import { createNetwork } from './parameters.ts';

/** Share of the training that is done. */
const DONE = 0.5;

/** The step of a network of {@link networkOf} on random pictures, and on how many at a time. */
export function eagerStep(name: string): { step: () => void; images: number } {
  const { shape, recipe } = networkOf(name);
  const { architecture, parameters } = createNetwork({ shape, recipe });
  const updater = createUpdater(recipe, parameters.weights);
  const fn = stepFunction(recipe, architecture, parameters, updater, DONE);
  const { images, labels } = randomSplit(recipe.batchSize, shape);

  let done = 0;
  const step = () => {
    const { learningRate, momentum } = scheduleAt(recipe.schedule, DONE);
    tf.tidy(() => {
      const results = fn({
        image: uint8Tensor(images, [recipe.batchSize, ...shape]),
        labels: tf.tensor1d(Int32Array.from(labels), 'int32'),
        learningRate: tf.scalar(learningRate),
        momentum: tf.scalar(momentum),
        step: tf.scalar(++done),
        seed: tf.tensor1d(seedPair(recipe.seed, 'step', done), 'int32'),
      });
      for (const result of results) result.dataSync();
    });
  };
  return { step, images: recipe.batchSize };
}
