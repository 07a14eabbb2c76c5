// What the shipped CIFAR-10 model says of what it does not know: few of its own pictures are strange to it, drawings are.
import { expect, it, vi } from 'vitest';
import { imagesOf, loadDataset } from '../../../train/datasets/index.ts';
import { shippedModels } from '../../shipped.ts';
import { framed, scenes } from './scenes.ts';
import { openShipped } from './strange.ts';

vi.setConfig({ testTimeout: 180_000 }); // ten thousand pictures: 12 s alone

const { novelty, strange } = openShipped(shippedModels.cifar);

it('takes at most one in a hundred of the 10,000 test pictures for something else', async () => {
  const { test } = await loadDataset('cifar10');
  const share = strange(test.images);
  expect(share).toBeGreaterThan(0.002);
  expect(share).toBeLessThanOrEqual(0.01);
  expect(novelty).toMatchObject({ against: 'drawings', n: 5000 });
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
