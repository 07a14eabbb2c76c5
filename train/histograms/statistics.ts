// What the layers of a run compute before their activations, as the weights were drawn and as training left them.
import { heldOutOf } from '../../models/held-out.ts';
import { type Dataset, imagesOf } from '../datasets/index.ts';
import { registryOf } from '../project/registry-of.ts';
import { wordsOf } from '../recipes/index.ts';
import type { Histogram } from '../report/activations.ts';
import { openNetwork } from '../report/network.ts';
import { type Run, readRecipe } from '../runs/run.ts';

export interface LayerStatistics {
  start: Histogram;
  end: Histogram;
  /** Variance as a multiple of the layer's before, at the start and at the end; absent for the first layer. */
  ratio?: { start: number; end: number };
}

export interface ActivationStatistics {
  run: string;
  /** What it was trained by: `conv-mnist --init small --optimizer sgd`. */
  recipe: string;
  /** What the pictures are that went through. */
  heldOut: 'test' | 'validation';
  /** How many pictures went through. */
  images: number;
  layers: readonly LayerStatistics[];
}

/**
 * Statistics of every layer over the first `images` test pictures; the end is the run's best checkpoint.
 * @throws UserError when the run has none.
 */
export async function activationStatistics(
  run: Run,
  dataset: Dataset,
  images = 100,
): Promise<ActivationStatistics> {
  const recipe = readRecipe(run);
  const network = openNetwork(run, recipe, dataset, await registryOf(recipe));
  try {
    const n = Math.min(images, dataset.validation.n);
    const pictures = imagesOf(dataset.validation, 0, n);
    const layers = network.layers(pictures);
    const all = layers.map(({ start, end }, i): LayerStatistics => {
      const before = layers[i - 1];
      if (before === undefined) return { start, end };
      return { start, end, ratio: { start: ratio(before.start, start), end: ratio(before.end, end) } };
    });
    return { run: run.name, recipe: wordsOf(recipe), heldOut: heldOutOf(recipe), images: n, layers: all };
  } finally {
    network.dispose();
  }
}

function ratio(before: Histogram, own: Histogram): number {
  return (own.deviation / before.deviation) ** 2;
}
