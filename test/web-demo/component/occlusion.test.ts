// The map is largest where the answer comes from, and knows for from against; one patch changes the answer most.
import { expect, test } from 'vitest';
import { meanColor, occlusion } from '../../../web-demo/component/occlusion.ts';

const shape = [20, 20, 1] as const;
const ink = new Uint8Array(400);
for (const [x, y] of [
  [4, 4],
  [15, 15],
] as const)
  ink[y * 20 + x] = 255;

const sigmoid = (logit: number) => [1 / (1 + Math.exp(-logit)), 1 / (1 + Math.exp(logit))];

/** A model that looks at two pixels: one speaks for the label, one against it. */
function looksAtTwo(weight: number) {
  return async (inputs: readonly Uint8Array[]): Promise<number[][]> =>
    inputs.map((input) => sigmoid(((input[4 * 20 + 4] ?? 0) * weight - (input[15 * 20 + 15] ?? 0)) / 255));
}

async function occlude(input: Uint8Array, run: (inputs: readonly Uint8Array[]) => Promise<number[][]>) {
  const [whole = []] = await run([input]);
  return occlusion(input, shape, [0], whole, run);
}

test('covering what speaks for a label lowers it, covering what speaks against it raises it', async () => {
  const { map } = await occlude(ink, looksAtTwo(2));
  expect(map[4 * 20 + 4]).toBeCloseTo(2, 5); // its log-odds fall by exactly 2
  expect(map[15 * 20 + 15]).toBeCloseTo(-1, 5);
  expect(map[4 * 20 + 15]).toBe(0);
});

test('the patch without which it is another answer, with that answer', async () => {
  const { without } = await occlude(ink, looksAtTwo(2));
  const { x = -1, y = -1, width = 0, height = 0 } = without?.patch ?? {};
  expect([x <= 4 && 4 < x + width, y <= 4 && 4 < y + height]).toEqual([true, true]);
  expect([without?.best, without?.probability]).toEqual([1, sigmoid(-1)[1]]);
});

/** Each pixel of the first row says what is left when it is covered. */
test.each([
  ['none changes it: the one without which it is the least sure', [0.9, 0.7, 0.8], [0, 0.7]],
  ['one changes it, though another lowers it more', [0.45, 0.34, 0.9], [1, 0.55]],
  ['several change it: the surest', [0.4, 0.1, 0.3], [1, 0.9]],
])('%s', async (_, left, expected) => {
  const row = Uint8Array.of(9, 9, 9);
  const run = async (inputs: readonly Uint8Array[]) =>
    inputs.map((input) => {
      const own = left[input.indexOf(0)] ?? 0;
      // Two others share the rest of this one, so that neither has more.
      return own === 0.34 ? [0.34, 0.33, 0.33] : [own, 1 - own];
    });
  const { without } = await occlusion(row, [1, 3, 1], [0], [0.95, 0.05], run);
  expect([without?.best, without?.probability]).toEqual([expected[0], expect.closeTo(expected[1] ?? 0, 6)]);
});

test('an answer so sure that it is rounded to 1 still falls', async () => {
  const run = async (inputs: readonly Uint8Array[]) =>
    inputs.map((input) => (input[0] === 0 ? [1, 1e-12] : [1, 1e-20]));
  const { map } = await occlusion(Uint8Array.of(9), [1, 1, 1], [0], [1, 1e-20], run);
  expect(map[0]).toBeCloseTo(Math.log(1e8), 5);
});

test('paper is never sent through the model', async () => {
  let runs = 0;
  const { without } = await occlusion(new Uint8Array(400), shape, [0], [0.5, 0.5], async (inputs) => {
    runs += inputs.length;
    return inputs.map(() => [0.5, 0.5]);
  });
  expect([runs, without]).toEqual([0, undefined]);
});

test('every pixel is covered, whatever the side', async () => {
  for (const side of [1, 2, 7, 28, 33]) {
    const input = new Uint8Array(side * side).fill(9);
    const { map } = await occlusion(input, [side, side, 1], [0], [0.9, 0.1], async (inputs) =>
      inputs.map((one) => (one.every((value) => value === 9) ? [0.9, 0.1] : [0.1, 0.9])),
    );
    expect(map.every((value) => value > 4)).toBe(true); // ln 9 - ln 1/9
  }
});

test('the mean color of an input', () => {
  expect(meanColor(Uint8Array.of(0, 10, 20, 2, 20, 41), 3)).toEqual([1, 15, 31]);
});
