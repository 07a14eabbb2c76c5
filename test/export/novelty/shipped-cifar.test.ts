// What the shipped CIFAR-10 model says of what it does not know: few of its own pictures are strange to it, drawings are.
import { expect, it, vi } from 'vitest';
import { imagesOf, loadDataset } from '../../../train/datasets/index.ts';
import { shippedModels } from '../../shipped.ts';
import { framed, scenes } from './scenes.ts';
import { openShipped } from './strange.ts';

vi.setConfig({ testTimeout: 180_000 }); // thousands of pictures, beside other work

const { novelty, strange } = openShipped(shippedModels.cifar);

it('takes at most one in a hundred test pictures for something else', async () => {
  const { test } = await loadDataset('cifar10');
  // 0.72 % measured of these, 0.6 % of all 10,000, for which it takes 14 s of a processor.
  const share = strange(imagesOf(test, 0, 2500));
  expect(share).toBeGreaterThan(0.002);
  expect(share).toBeLessThanOrEqual(0.01);
  expect(novelty).toMatchObject({ against: 'drawings', n: 2500 });
  expect(novelty?.falseAlarms).toBeLessThanOrEqual(0.01);
});

it.each(Object.entries(scenes))('tells %s', (_, draw) => {
  expect(strange(Buffer.concat(Array.from({ length: 200 }, (_, i) => draw(i))))).toBeGreaterThan(0.95);
});

it.each([0, 255] as const)(
  'tells handwritten digits on a ground of %s, of which it was shown none',
  async (ground) => {
    const { test } = await loadDataset('mnist');
    const pictures = Array.from({ length: 200 }, (_, i) => framed(imagesOf(test, i, i + 1), ground));
    expect(strange(Buffer.concat(pictures))).toBeGreaterThan(0.95);
  },
);
