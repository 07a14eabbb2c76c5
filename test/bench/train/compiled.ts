// Contender: the compiled step. Arguments: network, precision, and `loader` to make a new batch for each step, as training does.
import { backend } from '../../../train/graph/tensorflow.ts';
import { disposeParameters } from '../../../train/layers/net.ts';
import { openLoader } from '../../../train/loader/index.ts';
import { createStep } from '../../../train/loop/step.ts';
import { scheduleAt } from '../../../train/optimizers/schedules/index.ts';
import { seedPair } from '../../../train/random.ts';
import { resolveRecipe } from '../../../train/recipes/index.ts';
import { contend } from '../support/contender.ts';
import { networkOf, randomSplit } from './networks.ts';
import { createNetwork } from './parameters.ts';

const WARM_UP = 3;
const IMAGES = 2000;

const [name = '', precision, data] = process.argv.slice(2);
const { shape, recipe: base } = networkOf(name);
const recipe = resolveRecipe({ ...base, precision });
const { architecture, parameters } = createNetwork({ shape, recipe });
const training = createStep(recipe, architecture, parameters, shape);
disposeParameters(parameters);

const split = randomSplit(data === 'loader' ? IMAGES : recipe.batchSize, shape);
const { batchSize, seed, augment } = recipe;
const loader = data === 'loader' ? await openLoader({ split, shape, batchSize, seed, augment }) : undefined;
const fixed = { images: split.images, labels: Int32Array.from(split.labels) };

let done = 0;
const step = () => {
  const batch = loader?.next() ?? fixed;
  const scheduled = scheduleAt(recipe.schedule, 0.5);
  const { loss } = training.run({
    ...batch,
    ...scheduled,
    step: ++done,
    seed: seedPair(seed, 'step', done),
    done: 0.5,
  });
  if (!Number.isFinite(loss)) throw new Error(`the loss became ${loss}`);
  return batchSize;
};
for (let i = 0; i < WARM_UP; i++) step();
await contend({ tensorflow: backend.binding.TF_Version }, step, loader?.waitedMs);
process.exit();
