// A training in a process of its own, for tests that kill it: fit-in-folder.ts <runs folder>.
import { fit } from '../../../train/loop/fit.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { createRun, findUnfinished } from '../../../train/runs/run.ts';
import { smallMnist } from '../small-mnist.ts';

const [folder = ''] = process.argv.slice(2);
const recipe = findRecipe('digits', { epochs: 3, batchSize: 25 });
const run = findUnfinished(folder, recipe) ?? createRun(folder, recipe, {});
const { finished } = await fit({
  recipe,
  dataset: await smallMnist(1000, 250),
  run,
  watcher: { onStart: ({ step }) => console.log(`from ${step}`) },
  // Every few steps, so that a kill often falls into the writing of a checkpoint.
  saveEvery: 20,
});
console.log(finished ? 'finished' : 'interrupted');
