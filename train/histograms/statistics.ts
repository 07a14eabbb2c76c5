// What the layers of a run compute before their activations, as the weights were drawn and as training left them.
import { type Dataset, imagesOf } from '../datasets/index.ts';
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
  /** How many pictures went through. */
  images: number;
  layers: readonly LayerStatistics[];
}

/**
 * Statistics of every layer over the first `images` test pictures; the end is the run's best checkpoint.
 * @throws UserError when the run has none.
 */
export function activationStatistics(run: Run, dataset: Dataset, images = 100): ActivationStatistics {
  const recipe = readRecipe(run);
  const network = openNetwork(run, recipe, dataset);
  try {
    const n = Math.min(images, dataset.test.n);
    const pictures = imagesOf(dataset.test, 0, n);
    const end = network.histograms(pictures);
    network.use(network.initial);
    const start = network.histograms(pictures);
    const layers = start.flatMap((before, i): LayerStatistics[] => {
      const after = end[i];
      if (after === undefined) return [];
      const ratio = { start: ratioAt(start, i), end: ratioAt(end, i) };
      return [{ start: before, end: after, ...(i > 0 && { ratio }) }];
    });
    return { run: run.name, recipe: wordsOf(recipe), images: n, layers };
  } finally {
    network.dispose();
  }
}

function ratioAt(histograms: readonly Histogram[], i: number): number {
  const [before, own] = [histograms[i - 1], histograms[i]];
  return ((own?.deviation ?? Number.NaN) / (before?.deviation ?? Number.NaN)) ** 2;
}
