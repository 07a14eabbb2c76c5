// Contender: the same step, its ops executed one by one as tfjs does. Argument: network.
import { createArchitecture } from '../../../train/architectures/index.ts';
import { tf, uint8Tensor } from '../../../train/graph/tensorflow.ts';
import { createParameters } from '../../../train/layers/net.ts';
import { createUpdater } from '../../../train/optimizers/updater.ts';
import { seedPair } from '../../../train/random.ts';
import { scheduleAt } from '../../../train/schedule.ts';
import { stepFunction } from '../../../train/step.ts';
import { contend } from '../support/contender.ts';
import { CLASSES, networkOf, randomSplit } from './networks.ts';

const [name = ''] = process.argv.slice(2);
const { shape, recipe } = networkOf(name);
const architecture = createArchitecture(recipe.architecture, CLASSES);
const parameters = createParameters(architecture, shape, recipe.seed);
const updater = createUpdater(recipe, parameters.weights);
const fn = stepFunction(recipe, architecture, parameters, updater);
const { images, labels } = randomSplit(recipe.batchSize, shape);

let done = 0;
const step = () => {
  const { learningRate, momentum } = scheduleAt(recipe.schedule, 0.5);
  tf.tidy(() => {
    const results = fn({
      images: uint8Tensor(images, [recipe.batchSize, ...shape]),
      labels: tf.tensor1d(Int32Array.from(labels), 'int32'),
      learningRate: tf.scalar(learningRate),
      momentum: tf.scalar(momentum),
      step: tf.scalar(++done),
      seed: tf.tensor1d(seedPair(recipe.seed, 'step', done), 'int32'),
    });
    for (const result of results) result.dataSync();
  });
  return recipe.batchSize;
};
step();
await contend({ tfjs: tf.version.tfjs }, step);
