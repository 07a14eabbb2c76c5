// What the shipped CIFAR-10 model says of other pictures, and what a detector says that was shown none of their kind.
import { withNovelty } from '../../../export/novelty/index.ts';
import type { SomePictures } from '../../../export/novelty/values.ts';
import type { Card } from '../../../models/card.ts';
import type { ModelProto } from '../../../models/onnx/types.ts';
import { withoutNovelty } from '../../../models/onnx/without-novelty.ts';
import { imagesOf, loadDataset, type MemoryDataset } from '../../../train/datasets/index.ts';
import { firstOf } from '../../../train/datasets/subset.ts';
import { drawingsOf } from '../../export/novelty/kinds.ts';
import { framed, scenes } from '../../export/novelty/scenes.ts';
import { table } from '../support/statistics.ts';
import { auroc, readModel, scoresOf, shareAbove } from './measure.ts';
import { otherPhotographs } from './photographs.ts';

/** Pictures of each kind. */
const N = 1000;

/** Test pictures that set the threshold of a detector that is made here. */
const VALIDATION = 4000;

const WRITTEN = ['writing', 'pages'];

/** What the detector was shown that is like a kind, by the names of the export. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'one color': ['flat', 'gradient', 'things'],
  noise: ['noise', 'things'],
  stripes: ['waves', 'things'],
  clouds: ['clouds', 'things'],
  'house numbers, as in SVHN': WRITTEN,
  'MNIST digits, white on black': WRITTEN,
  'MNIST digits, black on white': WRITTEN,
  'letters, black on white': WRITTEN,
  'hearts, black on white': ['figures', 'scribbles'],
  'textures of brick, grass and gravel': ['waves', 'clouds', 'noise', 'things'],
  'printed pages': WRITTEN,
};

/** Prints the share of each kind that is told, and the AUROC against the test pictures. */
export async function measureCifar(): Promise<void> {
  const [mnist, cifar] = [await loadDataset('mnist'), await loadDataset('cifar10')];
  const { model, card, threshold } = await readModel('cifar');
  const own = await scoresOf(
    model,
    card,
    some(cifar.validation.n, (i) => imagesOf(cifar.validation, i, i + 1)),
  );
  const drawn = (kind: 'letters' | 'hearts') => {
    const all = drawingsOf(kind, N);
    return some(N, (i) => framed(all.subarray(i * 784, (i + 1) * 784), 255));
  };
  const digits = (ground: 0 | 255) => some(N, (i) => framed(imagesOf(mnist.validation, i, i + 1), ground));
  const kinds = [
    ...Object.entries(scenes).map(([kind, draw]) => [kind, some(N, draw)] as const),
    ['MNIST digits, white on black', digits(0)] as const,
    ['MNIST digits, black on white', digits(255)] as const,
    ['letters, black on white', drawn('letters')] as const,
    ['hearts, black on white', drawn('hearts')] as const,
    ...(await otherPhotographs(N)),
  ];
  const unseen = detectors(model, card, cifar);
  const rows = [['its own test pictures', String(own.length), shareAbove(own, threshold), '', '']];
  for (const [kind, pictures] of kinds) {
    const scores = await scoresOf(model, card, pictures);
    const told = shareAbove(scores, threshold);
    const except = SHOWN[kind];
    const other = except && (await unseen(except));
    rows.push([
      kind,
      String(pictures.n),
      told,
      other ? shareAbove(await scoresOf(other.model, card, pictures), other.novelty.threshold) : 'as it is',
      auroc(own, scores).toFixed(3),
    ]);
  }
  console.log(`\ncifar, above ${threshold}:`);
  console.log(table(['pictures', 'n', 'told', 'told unseen', 'AUROC'], rows));
}

/** Makes the function that gives the same weights a detector which was shown nothing of some kinds, once for each. */
function detectors(model: ModelProto, card: Card, { train, validation: test }: MemoryDataset) {
  const validation = firstOf(test, VALIDATION);
  const made = new Map<string, ReturnType<typeof withNovelty>>();
  return (except: readonly string[]) => {
    const key = except.join();
    const told = made.get(key) ?? withNovelty(withoutNovelty(model), card, { train, validation }, except);
    made.set(key, told);
    return told;
  };
}

function some(n: number, at: (i: number) => Uint8Array): SomePictures {
  return { n, at };
}
