// How many labels augmentation makes wrong, for data that can say what a picture shows.
import type { Dataset } from '../datasets/dataset.ts';
import { imagesOf } from '../datasets/dataset.ts';
import { effectsOf, trialPosition } from './effects.ts';
import { augmentImage } from './image.ts';
import type { AugmentOptions } from './schema.ts';

/** Pictures that are looked at. */
const PICTURES = 200;

/** Share of the training pictures that no longer show what their label says; undefined where the data cannot say. */
export function wrongLabels({ train, shape, labelOf }: Dataset, options: AugmentOptions): number | undefined {
  if (labelOf === undefined) return undefined;
  const n = Math.min(PICTURES, train.n);
  let wrong = 0;
  for (let index = 0; index < n; index++) {
    const image = imagesOf(train, index, index + 1);
    const seen = augmentImage(image, shape, options, trialPosition(index, 0));
    if (labelOf(seen) !== train.labels[index]) wrong++;
  }
  return wrong / n;
}

/** A warning where augmentation makes more than one label in a hundred wrong, with the transforms that do. */
export function warnOfLabels(dataset: Dataset, options: AugmentOptions): string | undefined {
  const all = wrongLabels(dataset, options) ?? 0;
  if (all < 0.01) return undefined;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const own = effectsOf(options)
    .map(({ name, alone }) => ({ name, share: wrongLabels(dataset, alone) ?? 0 }))
    .filter(({ share }) => share >= 0.01)
    .sort((a, b) => b.share - a.share)
    .map(({ name, share }) => `${name} ${percent(share)}`);
  return `Augmentation makes ${percent(all)} of the labels wrong: pictures no longer show what their label says (${own.join(', ')}). The network learns from wrong answers. \`--augment gentle\` keeps everything in the frame.`;
}
