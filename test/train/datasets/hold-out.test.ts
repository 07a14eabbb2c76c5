// The training images that validate: stratified, always the same ones, none of them trained on.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digest, imagesOf, type Split } from '../../../train/datasets/dataset.ts';
import { holdOut } from '../../../train/datasets/hold-out.ts';
import { datasets, loadDataset } from '../../../train/datasets/index.ts';

/** Every image with its label, as a short text. */
const namesOf = (split: Split) =>
  Array.from({ length: split.n }, (_, i) =>
    createHash('sha1')
      .update(imagesOf(split, i, i + 1))
      .update(String(split.labels[i]))
      .digest('base64'),
  );

const countsOf = ({ labels }: Split) => {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
};

describe.each([
  { name: 'mnist', all: 60_000 },
  { name: 'cifar10', all: 50_000 },
])('of $name', ({ name, all }) => {
  it('5,000 of the training images validate, with as much of each class, and the test images do not', async () => {
    const published = await loadDataset(name, {}, datasets, 'test');
    const { train, validation, test, digests } = await loadDataset(name);
    expect([train.n, validation.n, test.n]).toEqual([all - 5000, 5000, 10_000]);
    expect(published.test).toBeUndefined();
    expect(digest(test)).toBe(published.digests.validation);
    // Nothing is lost, nothing is there twice, and the order stays.
    const [trained, validating, before] = [train, validation, published.train].map(namesOf);
    expect([...(trained ?? []), ...(validating ?? [])].sort()).toEqual([...(before ?? [])].sort());
    let place = -1;
    for (const each of trained ?? []) {
      const next = before?.indexOf(each, place + 1) ?? -1;
      if (next < 0) throw new Error('the order has changed');
      place = next;
    }
    for (const [label, count] of countsOf(published.train).entries())
      expect(Math.abs((countsOf(validation)[label] ?? 0) - (5000 * count) / all)).toBeLessThan(1);
    expect([digests.train, digests.validation]).toEqual([digest(train), digest(validation)]);
    expect((await loadDataset(name)).digests).toEqual(digests);
  });
});

it('of circles, pictures are drawn to validate with, and training and test stay as they are without', async () => {
  const options = { from: 1, to: 3, radius: [4, 4], gap: 1, side: 32, train: 30, test: 12 };
  const known = datasets;
  const own = await loadDataset('circles', options, known, 9);
  const without = await loadDataset('circles', options, known, 'test');
  expect([own.train.n, own.validation.n, own.test?.n]).toEqual([30, 9, 12]);
  expect(own.digests).toEqual({
    train: without.digests.train,
    validation: expect.any(String),
    test: without.digests.validation,
  });
  expect(new Set(namesOf(own.validation)).size).toBe(9);
  for (const each of [own.train, without.validation])
    expect(namesOf(each).filter((name) => namesOf(own.validation).includes(name))).toEqual([]);
});

it('cannot be all of them', () => {
  const split = { images: new Uint8Array(12), labels: new Uint8Array(3), n: 3 };
  expect(() => holdOut('letters', split, 3)).toThrow(
    '3 of the 3 training images of letters cannot validate: expected fewer, such as 1.',
  );
});

it('of a class with few images, none is left out of both parts', () => {
  const labels = Uint8Array.from([...Array(95).fill(0), 1, 1, 1, 2, 2]);
  const images = Uint8Array.from(labels, (_, i) => i);
  const { train, validation } = holdOut('letters', { images, labels, n: 100 }, 20);
  expect(countsOf(validation).reduce((sum, count) => sum + count)).toBe(20);
  // 19, 0.6 and 0.4 are their shares: the one image that rounding leaves goes to the second class.
  expect([countsOf(validation), countsOf(train)]).toEqual([
    [19, 1],
    [76, 2, 2],
  ]);
});
