// The detector's network learns what no single plane divides, and learns the same each time.
import { expect, it } from 'vitest';
import type { Dense } from '../../../export/novelty/detector.ts';
import { fitToExamples, type Seen } from '../../../export/novelty/fit-drawings.ts';
import { normal, random } from '../../../train/random.ts';

const WIDTH = 6;

/** What is known lies within a shell of radius 0.3, the others outside of it, all around: of each about as many. */
function examples(stream: string, n: number): { known: Seen; others: Seen } {
  const rows = Array.from({ length: n }, (_, i) => {
    const next = random(1, stream, i);
    const way = Array.from({ length: WIDTH }, () => normal(next));
    const length = Math.hypot(...way);
    const radius = i % 2 === 0 ? 0.2 * next() : 0.4 + 0.2 * next();
    return way.map((value) => (radius * value) / length);
  });
  const seen = (parity: number): Seen => {
    const own = rows.filter((_, i) => i % 2 === parity);
    return { values: Float32Array.from(own.flat()), n: own.length };
  };
  return { known: seen(0), others: seen(1) };
}

/** The share whose score is above zero, by the formula of two dense layers. */
function shareAbove([first, second]: readonly Dense[], { values, n }: Seen): number {
  if (first === undefined || second === undefined) throw new Error('the detector has two layers');
  const units = first.bias.length;
  const scores = Array.from({ length: n }, (_, row) => {
    const hidden = Array.from(first.bias, (bias, unit) => {
      const sum = Array.from(
        { length: WIDTH },
        (_, i) => (values[row * WIDTH + i] ?? 0) * (first.weights[i * units + unit] ?? 0),
      );
      return Math.max(
        0,
        sum.reduce((all, each) => all + each, bias),
      );
    });
    return hidden.reduce(
      (all, value, unit) => all + value * (second.weights[unit] ?? 0),
      second.bias[0] ?? 0,
    );
  });
  return scores.filter((score) => score > 0).length / n;
}

it('tells a ball from what lies around it, of examples that it was not fitted to, and is the same to the bit in two fits', () => {
  const { known, others } = examples('fitted', 16_000);
  const layers = fitToExamples(known, others);
  const held = examples('held', 2000);
  expect(shareAbove(layers, held.known)).toBeLessThan(0.03);
  expect(shareAbove(layers, held.others)).toBeGreaterThan(0.97);
  expect(fitToExamples(known, others)).toEqual(layers);
});
