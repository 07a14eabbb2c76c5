// Several digits: what is in a picture is what its targets say, whole and apart.
import { expect, it } from 'vitest';
import { digest, type MemorySplit } from '../../../train/datasets/dataset.ts';
import { placeDigits } from '../../../train/datasets/several-digits.ts';

/** A "digit" is a full box of 20 pixels, as large as MNIST's are at most, as light as its class says. */
function boxes(n: number): MemorySplit {
  const images = new Uint8Array(n * 28 * 28);
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 10);
  for (let i = 0; i < n; i++)
    for (let y = 4; y < 24; y++)
      images.fill(10 + (labels[i] ?? 0), (i * 28 + y) * 28 + 4, (i * 28 + y) * 28 + 24);
  return { images, labels, n };
}

const [train, test] = [boxes(300), boxes(60)];
const labels = Array.from({ length: 10 }, (_, i) => String(i));
const placed = placeDigits({
  ...{ name: 'mnist', labels, shape: [28, 28, 1], train, validation: test },
  digests: { train: digest(train), validation: digest(test) },
});

it('shows each label once and whole, and no other: one, two or three, as often', () => {
  expect(placed).toMatchObject({ task: 'multi', labels, shape: [56, 56, 1] });
  for (const split of [placed.train, placed.validation]) {
    const { images, targets = new Float32Array(), n } = split;
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const own = targets.subarray(i * 10, i * 10 + 10);
      const picture = images.subarray(i * 56 * 56, (i + 1) * 56 * 56);
      // 400 pixels of a class: nothing of it is outside, and nothing is over it.
      const seen = labels.map((_, k) => picture.filter((value) => value === 10 + k).length / 400);
      expect(seen).toEqual([...own]);
      const count = own.reduce((sum, each) => sum + each, 0);
      counts[count] = (counts[count] ?? 0) + 1;
    }
    expect(counts).toEqual([0, n / 3, n / 3, n / 3]);
  }
});

it('is the same each time, and its digests are of the targets, too', () => {
  const again = placeDigits({
    ...{ name: 'mnist', labels, shape: [28, 28, 1], train, validation: test },
    digests: { train: '', validation: '' },
  });
  expect(again.digests).toEqual(placed.digests);
  const { targets = new Float32Array() } = placed.validation;
  const other = { ...placed.validation, targets: targets.map((each, i) => (i === 0 ? 1 - each : each)) };
  expect(digest(other)).not.toBe(placed.digests.validation);
});

it('has a part of each part of the digits, which trains as without a test where its digits are the same', () => {
  const parts = placeDigits({
    ...{ name: 'mnist', labels, shape: [28, 28, 1], train, validation: boxes(30), test },
    digests: { train: '', validation: '', test: '' },
  });
  expect([parts.train.n, parts.validation.n, parts.test?.n]).toEqual([300, 30, 60]);
  expect(parts.digests).toEqual({
    train: placed.digests.train,
    validation: expect.any(String),
    test: placed.digests.validation,
  });
  expect(parts.digests.validation).not.toBe(parts.digests.test);
});
