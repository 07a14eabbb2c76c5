// What a model of photographs is shown that it does not know, and what its detector sees of it.
import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { coloredFor } from '../../../export/novelty/colored.ts';
import { detectorOf } from '../../../export/novelty/detector.ts';
import { withNoveltyOf } from '../../../export/novelty/index.ts';
import { earlyWidth, SEEN, seesEarly, withSight } from '../../../export/novelty/sight.ts';
import { openValue } from '../../../export/novelty/values.ts';
import { toFloat16 } from '../../../export/quantize/float16.ts';
import { readCard } from '../../../models/card.ts';
import { decodeModel } from '../../../models/onnx/schema.ts';
import type { ModelProto } from '../../../models/onnx/types.ts';
import { withoutNovelty } from '../../../models/onnx/without-novelty.ts';
import { imagesOf, loadDataset } from '../../../train/datasets/index.ts';
import { firstOf } from '../../../train/datasets/subset.ts';
import { python } from '../../python.ts';
import { shippedModels } from '../../shipped.ts';

vi.setConfig({ testTimeout: 120_000 });

const bytes = readFileSync(shippedModels.cifar);
const shipped = decodeModel(bytes);
const own = withoutNovelty(shipped);

it('draws pictures of a size, and leaves out what it is told to', () => {
  const all = coloredFor([8, 12, 3]);
  // 800 of writing, 600 of figures, 400 of scribbles, 400 pages and 400 of each of six grounds.
  expect(all).toHaveLength(2200 + 6 * 400);
  expect(all.every(({ length }) => length === 8 * 12 * 3)).toBe(true);
  expect(coloredFor([8, 12, 3], ['writing', 'flat', 'things'])).toHaveLength(1400 + 4 * 400);
});

it('draws the same in gray for a model of gray pictures, as Pillow makes them gray', () => {
  const [color, gray] = [coloredFor([8, 8, 3]), coloredFor([8, 8, 1])];
  const script = `
import sys
from PIL import Image
sys.stdout.write(Image.frombytes('RGB', (8, 8), sys.stdin.buffer.read()).convert('L').tobytes().hex())`;
  // Noise is drawn after the picture was made gray: one without any, in several colors.
  const place = color.findIndex((picture, i) => i >= 2600 && new Set(picture).size > 20 && isSmooth(picture));
  const expected = Buffer.from(python(script, [], Buffer.from(color[place] ?? [])).trim(), 'hex');
  const differences = expected.map((value, i) => Math.abs(value - (gray[place]?.[i] ?? 0)));
  expect(Math.max(...differences)).toBeLessThanOrEqual(1);
});

/** Neighbors in a row differ by little: there is no noise. */
function isSmooth(picture: Uint8Array): boolean {
  return picture.every((value, i) => i % 24 < 3 || Math.abs(value - (picture[i - 3] ?? 0)) < 40);
}

/** What is seen of four pictures, `[4,width]`. */
async function seen(model: ModelProto, value: string): Promise<Float32Array> {
  const { test } = await loadDataset('cifar10');
  const opened = await openValue(model, value, [32, 32, 3]);
  try {
    return await opened.of({ n: 4, at: (i) => imagesOf(test, i, i + 1) });
  } finally {
    await opened.close();
  }
}

it('sees mean and length of what the second to the fourth convolution take, before and after axes became an input', async () => {
  const model = withSight(own, 'probabilities', true);
  const plain = withSight(own, 'probabilities');
  const newer = withSight({ ...own, opset_import: [{ domain: '', version: 18 }] }, 'probabilities', true);
  if (model === undefined || plain === undefined || newer === undefined)
    throw new Error('it ends in a softmax');
  const convolutions = own.graph.node.filter(({ op_type }) => op_type === 'Conv').slice(1, 4);
  const expected: number[][] = [[], [], [], []];
  for (const { input } of convolutions) {
    const values = await seen(own, input[0] ?? '');
    const channels = input[1] === 'group1/conv1/kernel' ? 24 : 64;
    const places = values.length / 4 / channels;
    const each = (picture: number, of: (plane: Float32Array) => number) =>
      Array.from({ length: channels }, (_, c) => {
        const from = (picture * channels + c) * places;
        return of(values.subarray(from, from + places));
      });
    for (const [picture, row] of expected.entries()) {
      row.push(...each(picture, (plane) => plane.reduce((sum, value) => sum + value, 0) / places));
      row.push(...each(picture, (plane) => Math.sqrt(plane.reduce((sum, value) => sum + value * value, 0))));
    }
  }
  const usual = await seen(plain, SEEN);
  for (const made of [await seen(model, SEEN), await seen(newer, SEEN)]) {
    const width = made.length / 4;
    expect(width).toBe(256 + 2 * (24 + 64 + 64) + 2);
    for (const [picture, row] of expected.entries()) {
      const got = Array.from(made.subarray(picture * width, (picture + 1) * width));
      expect([...got.slice(0, 256), ...got.slice(-2)]).toEqual(
        Array.from(usual.subarray(picture * 258, (picture + 1) * 258)),
      );
      for (const [i, value] of row.entries()) expect(got[256 + i]).toBeCloseTo(value, 3);
    }
  }
  expect(earlyWidth(own.graph)).toBe(2 * (24 + 64 + 64));
  expect([seesEarly(shipped), seesEarly(own), seesEarly(plain)]).toEqual([true, false, false]);
});

it('goes with the weights as float16, with its threshold set anew', async () => {
  const { test } = await loadDataset('cifar10');
  const told = await withNoveltyOf(shipped, toFloat16(own), readCard(bytes), firstOf(test, 1000));
  expect(told?.novelty).toMatchObject({ against: 'drawings', threshold: 0.5, n: 500 });
  expect(told?.novelty.falseAlarms).toBeLessThan(0.03); // 500 pictures
  expect(detectorOf(told?.model ?? own)[0]).toEqual(detectorOf(shipped)[0]);
});
