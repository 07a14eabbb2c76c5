// What the shipped CIFAR-10 model says of other pictures, none of which it was shown.
import type { SomePictures } from '../../../export/novelty/values.ts';
import { imagesOf, loadDataset } from '../../../train/datasets/index.ts';
import { drawingsOf } from '../../export/novelty/kinds.ts';
import { scenes } from '../../export/novelty/scenes.ts';
import { table } from '../support/statistics.ts';
import { auroc, readModel, scoresOf, shareAbove } from './measure.ts';
import { otherPhotographs } from './photographs.ts';

/** Pictures of each kind. */
const N = 1000;

/** Prints the share of each kind that is told, and the AUROC against the test pictures. */
export async function measureCifar(): Promise<void> {
  const [mnist, cifar] = [await loadDataset('mnist'), await loadDataset('cifar10')];
  const { model, card, threshold } = await readModel('cifar');
  const own = await scoresOf(
    model,
    card,
    some(cifar.test.n, (i) => imagesOf(cifar.test, i, i + 1)),
  );
  const letters = drawingsOf('letters', N);
  const kinds = [
    ...Object.entries(scenes).map(([kind, draw]) => [kind, some(N, draw)] as const),
    ['MNIST digits, white on black', some(N, (i) => framed(imagesOf(mnist.test, i, i + 1), 0))] as const,
    [
      'letters, black on white',
      some(N, (i) => framed(letters.subarray(i * 784, (i + 1) * 784), 255)),
    ] as const,
    ...(await otherPhotographs(N)),
  ];
  const rows = [['its own test pictures', String(own.length), shareAbove(own, threshold), '']];
  for (const [kind, pictures] of kinds) {
    const scores = await scoresOf(model, card, pictures);
    rows.push([kind, String(pictures.n), shareAbove(scores, threshold), auroc(own, scores).toFixed(3)]);
  }
  console.log(`\ncifar, above ${threshold}:`);
  console.log(table(['pictures', 'n', 'told', 'AUROC'], rows));
}

function some(n: number, at: (i: number) => Uint8Array): SomePictures {
  return { n, at };
}

/** A drawing `[28,28]` in the middle of a picture in color, on a ground of 0 or 255. */
function framed(drawing: Uint8Array, ground: 0 | 255): Uint8Array {
  return new Uint8Array(32 * 32 * 3).map((_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = [(pixel % 32) - 2, Math.floor(pixel / 32) - 2];
    const ink = x >= 0 && x < 28 && y >= 0 && y < 28 ? (drawing[y * 28 + x] ?? 0) : 0;
    return Math.abs(ground - ink);
  });
}
