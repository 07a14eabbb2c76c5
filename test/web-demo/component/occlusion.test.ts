// The map is largest where the answer comes from, and knows for from against.
import { expect, test } from 'vitest';
import { meanColor, occlusionMap } from '../../../web-demo/component/occlusion.ts';

const shape = [20, 20, 1] as const;
const ink = new Uint8Array(400);
for (const [x, y] of [
  [4, 4],
  [15, 15],
] as const)
  ink[y * 20 + x] = 255;

/** A model that looks at two pixels: one speaks for the label, one against it. */
async function twoPixels(inputs: readonly Uint8Array[]): Promise<number[]> {
  return inputs.map((input) => {
    const logit = ((input[4 * 20 + 4] ?? 0) - (input[15 * 20 + 15] ?? 0)) / 255;
    return 1 / (1 + Math.exp(-logit));
  });
}

test('covering what speaks for a label lowers it, covering what speaks against it raises it', async () => {
  const map = await occlusionMap(ink, shape, [0], twoPixels);
  expect(map[4 * 20 + 4]).toBeCloseTo(1, 5); // its log-odds fall by exactly 1
  expect(map[15 * 20 + 15]).toBeCloseTo(-1, 5);
  expect(map[4 * 20 + 15]).toBe(0);
});

test('paper is never sent through the model', async () => {
  let runs = 0;
  await occlusionMap(new Uint8Array(400), shape, [0], async (inputs) => {
    runs += inputs.length;
    return inputs.map(() => 0.5);
  });
  expect(runs).toBe(1); // the picture itself
});

test('every pixel is covered, whatever the side', async () => {
  for (const side of [1, 2, 7, 28, 33]) {
    const input = new Uint8Array(side * side).fill(9);
    const map = await occlusionMap(input, [side, side, 1], [0], async (inputs) =>
      inputs.map((one) => (one.every((value) => value === 9) ? 0.9 : 0.1)),
    );
    expect(map.every((value) => value > 4)).toBe(true); // ln 9 - ln 1/9
  }
});

test('the mean color of an input', () => {
  expect(meanColor(Uint8Array.of(0, 10, 20, 2, 20, 41), 3)).toEqual([1, 15, 31]);
});
