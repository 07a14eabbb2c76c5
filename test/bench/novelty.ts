// `npm run bench novelty`: what the shipped models say of pictures of kinds that they do not know, and of those that they do.
import { readFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import { withNovelty } from '../../export/novelty/index.ts';
import { openValue, type SomePictures } from '../../export/novelty/values.ts';
import { readCard } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import { NOVELTY } from '../../models/novelty.ts';
import { decodeModel } from '../../models/onnx/schema.ts';
import { findModel } from '../../models/repository.ts';
import { repositoryFolder } from '../../setup/paths.mjs';
import { imagesOf, loadDataset, type MemoryDataset } from '../../train/datasets/index.ts';
import { drawingsOf, kindNames } from '../export/novelty/kinds.ts';
import { scenes } from '../export/novelty/scenes.ts';
import { table } from './support/statistics.ts';

/** Pictures of each kind. */
const N = 1000;

export const command = defineCommand({
  meta: { name: 'novelty', description: 'What the shipped models say of pictures that they do not know' },
  args: {},
  async run() {
    const [mnist, cifar] = [await loadDataset('mnist'), await loadDataset('cifar10')];
    const color = (i: number) => imagesOf(cifar.test, i, i + 1);
    const photographs = some(N, (i) => {
      const picture = { data: new Uint8Array(color(i)), width: 32, height: 32, channels: 3 } as const;
      return preparePicture(picture, [28, 28, 1], { rule: 'digit' });
    });
    const drawn = kindNames.map((kind) => {
      const all = drawingsOf(kind, N);
      return [kind, some(N, (i) => all.subarray(i * 784, (i + 1) * 784))] as const;
    });
    await measure(
      'digits',
      mnist,
      some(mnist.test.n, (i) => imagesOf(mnist.test, i, i + 1)),
      [...drawn, ['CIFAR-10 pictures', photographs]],
    );
    const digits = some(N, (i) => framed(imagesOf(mnist.test, i, i + 1)));
    const others = Object.entries(scenes).map(([kind, draw]) => [kind, some(N, draw)] as const);
    await measure('cifar', cifar, some(cifar.test.n, color), [...others, ['MNIST digits', digits]]);
  },
});

function some(n: number, at: (i: number) => Uint8Array): SomePictures {
  return { n, at };
}

/** A digit in the middle of a black picture in color. */
function framed(digit: Uint8Array): Uint8Array {
  return new Uint8Array(32 * 32 * 3).map((_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = [(pixel % 32) - 2, Math.floor(pixel / 32) - 2];
    return x >= 0 && x < 28 && y >= 0 && y < 28 ? (digit[y * 28 + x] ?? 0) : 0;
  });
}

async function measure(
  name: string,
  data: MemoryDataset,
  known: SomePictures,
  others: readonly (readonly [kind: string, pictures: SomePictures])[],
): Promise<void> {
  const bytes = readFileSync((await findModel(repositoryFolder, name)).path);
  const card = readCard(bytes);
  const model = decodeModel(bytes);
  // A file that was written before models had the output gets it, as its export would give it now.
  const told =
    card.novelty === undefined
      ? await withNovelty(model, card, { train: data.train, validation: data.test })
      : { model, novelty: card.novelty };
  if (told === undefined) throw new UserError(`${name} cannot tell what it does not know`);
  const { threshold } = told.novelty;
  const value = await openValue(told.model, NOVELTY, card.input.shape);
  const share = (scores: Float32Array) => scores.filter((score) => score > threshold).length / scores.length;
  const own = await value.of(known);
  const rows = [['its own test pictures', String(known.n), percent(share(own)), '']];
  for (const [kind, pictures] of others) {
    const scores = await value.of(pictures);
    rows.push([kind, String(pictures.n), percent(share(scores)), auroc(own, scores).toFixed(3)]);
  }
  await value.close();
  console.log(`\n${name}, above ${threshold}:`);
  console.log(table(['pictures', 'n', 'told', 'AUROC'], rows));
}

/** How often one of the others has a higher score than one of its own: 0.5 is chance, 1 perfect. Equal scores are half. */
export function auroc(own: Float32Array, others: Float32Array): number {
  const sorted = own.slice().sort();
  const below = (score: number, orEqual: boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const value = sorted[middle] ?? 0;
      if (value < score || (orEqual && value === score)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const sum = others.reduce((all, score) => all + (below(score, false) + below(score, true)) / 2, 0);
  return sum / own.length / others.length;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
