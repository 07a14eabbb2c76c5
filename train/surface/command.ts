// `trainyard surface`: the loss over two weights of a run, and how optimizers move on it.

import { join } from 'node:path';
import { defineCommand } from 'citty';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { runsOption } from '../cli/runs-options.ts';
import { writeWhole } from '../files/write-whole.ts';

export const surfaceCommand = defineCommand({
  args: {
    run: { type: 'positional', required: false, description: 'Name of the run; the newest if left out' },
    layer: {
      type: 'string',
      valueHint: 'weight',
      description:
        "Weight of which two numbers move, such as hidden2/kernel; the last hidden layer's if left out",
    },
    ...runsOption,
  },
  async run({ args }) {
    const { findRun } = await import('../runs/run.ts');
    const { readCheckpoint } = await import('../runs/checkpoint.ts');
    const { weightsOf } = await import('../loop/initial-weights.ts');
    const run = findRun(args.runs, args.run);
    const checkpoint = readCheckpoint(run.last);
    const weights = weightsOf(checkpoint);
    const { recipe } = checkpoint;
    const layer = layerOf([...weights.keys()], args.layer);
    const { loadDataOf } = await import('../recipes/load-data.ts');
    const { computeSurface } = await import('./surface.ts');
    const { surfacePage } = await import('./draw.ts');
    const { registryOf } = await import('../project/registry-of.ts');
    const { architectures } = await registryOf(recipe);
    const dataset = await loadDataOf(recipe, undefined, { say: console.log });
    const surface = computeSurface({
      recipe,
      dataset,
      weights,
      layer,
      architectures,
      images: IMAGES,
      side: 41,
      steps: 80,
    });
    const path = join(run.folder, 'surface.html');
    writeWhole(path, surfacePage(run.name, surface));
    console.log(path);
  },
});

/** Pictures that the loss is over: a surface has 1,681 points. */
const IMAGES = 200;

/** The weight as it is named, or the last hidden layer's. */
function layerOf(names: readonly string[], wanted: string | undefined): string {
  const kernels = names.filter((name) => name.endsWith('/kernel'));
  if (wanted === undefined) return kernels.at(-2) ?? kernels.at(-1) ?? '';
  const found = kernels.find((name) => name === wanted || name === `${wanted}/kernel`);
  if (found !== undefined) return found;
  const guess = nearest(wanted, kernels);
  throw new UserError(
    `There is no layer ${JSON.stringify(wanted)} in this network.${guess ? ` Did you mean ${guess}?` : ` There are: ${kernels.join(', ')}.`}`,
  );
}
