// What the shipped CIFAR-10 model says of what it does not know: few of its own pictures are strange to it, drawings are.
import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { readCard } from '../../../models/card.ts';
import { imagesOf, loadDataset } from '../../../train/datasets/index.ts';
import { python } from '../../python.ts';
import { shippedModels } from '../../shipped.ts';
import { framed, scenes } from './scenes.ts';

vi.setConfig({ testTimeout: 180_000 }); // ten thousand pictures: 12 s alone

const path = shippedModels.cifar;
const { novelty } = readCard(readFileSync(path));

/** By Python's onnxruntime, which knows nothing of us. */
const score = `
import sys, numpy, onnxruntime
images = numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8).reshape(-1, 32, 32, 3)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 2
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=['CPUExecutionProvider'])
parts = [session.run(['novelty'], {'image': images[i:i + 250]})[0] for i in range(0, len(images), 250)]
print(numpy.mean(numpy.concatenate(parts) > float(sys.argv[2])))`;

/** The share of pictures `[n,32,32,3]` that are strange to it. */
function strange(images: Uint8Array): number {
  return Number(python(score, [path, String(novelty?.threshold)], Buffer.from(images)));
}

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
