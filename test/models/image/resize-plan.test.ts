// What a resize is said to do is what it does: products are counted in the weights that it has, pixels in their places.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planResize } from '../../../models/image/resize-plan.ts';
import { type Axis, taps } from '../../../models/image/taps.ts';

const side = fc.integer({ min: 1, max: 90 });
/** Sides of the picture and of the target, alike now and then, and a window in the target, the whole of it now and then. */
const axis = fc
  .tuple(side, fc.option(side), fc.nat(9), fc.nat(9))
  .map(([from, to, before, behind]) => ({ from, to: to ?? from, before, behind }))
  .map(({ from, to, before, behind }) => {
    const whole = before + behind >= to || before > 5;
    return { from, to, at: whole ? 0 : before, n: whole ? to : to - before - behind };
  });

/** The products of an axis for one line, its weights, and how many source pixels lie from its first to its last one. */
function counted(axis: Axis): { products: number; length: number } {
  const { first, count } = taps(axis);
  const end = Math.max(...first.map((from, i) => from + (count[i] ?? 0)));
  return { products: count.reduce((sum, n) => sum + n, 0), length: end - Math.min(...first) };
}

it('has the passes that change something, the pixels between them, and at most three times the products', () => {
  const filter = fc.constantFrom('bilinear', 'bicubic');
  fc.assert(
    fc.property(axis, axis, filter, (x, y, filter) => {
      const window = { x: x.at, y: y.at, width: x.n, height: y.n };
      const plan = planResize(
        { width: x.from, height: y.from },
        { width: x.to, height: y.to },
        window,
        filter,
      );
      const same = x.n === x.to && y.n === y.to;
      expect(plan).toMatchObject({
        columns: { inSize: x.from, outSize: x.to, from: x.at, n: x.n, filter },
        rows: { inSize: y.from, outSize: y.to, from: y.at, n: y.n, filter },
        across: !(same && x.from === x.to),
        down: !(same && y.from === y.to),
        downFirst: false,
      });
      const [columns, rows] = [counted(plan.columns), counted(plan.rows)];
      const lines = plan.down ? rows.length : y.from;
      expect(plan.between).toBe(lines * x.n);
      const least =
        (plan.across ? columns.products * (lines + 5) : 0) + (plan.down ? rows.products * (x.n + 5) : 0);
      expect(plan.steps).toBeGreaterThanOrEqual(least);
      expect(plan.steps).toBeLessThanOrEqual(least * 3);
    }),
    { numRuns: 500 },
  );
});

describe('goes down first', () => {
  const whole = (width: number, height: number) => ({ x: 0, y: 0, width, height });
  it.each<[string, [number, number], [number, number], boolean]>([
    ['more than 100 times as tall, more than 4,000,000 between', [100, 20_001], [200, 9], true],
    ['just 4,000,000 between', [100, 20_000], [200, 9], false],
    ['just 100 times as tall', [300, 30_000], [200, 9], false],
    ['a row more', [300, 30_001], [200, 9], true],
    ['it has no other width', [300, 30_001], [300, 9], false],
    ['it has no other height', [300, 30_001], [200, 30_001], false],
    ['it gets taller', [300, 30_001], [200, 30_002], false],
  ])('%s: %j to %j: %s', (_, [width, height], to, expected) => {
    const plan = planResize({ width, height }, { width: to[0], height: to[1] }, whole(...to), 'bilinear');
    expect(plan.downFirst).toBe(expected);
  });

  it('not where a window of the same height is taken', () => {
    const [picture, target] = [
      { width: 100, height: 30_001 },
      { width: 300, height: 30_001 },
    ];
    const { across, down, downFirst } = planResize(picture, target, whole(299, 30_001), 'bilinear');
    expect({ across, down, downFirst }).toEqual({ across: true, down: true, downFirst: false });
  });

  it('with the columns that the window is made of between the passes', () => {
    const window = { x: 20, y: 0, width: 150, height: 9 };
    const target = { width: 200, height: 9 };
    const plan = planResize({ width: 300, height: 30_001 }, target, window, 'bicubic');
    const [columns, rows] = [counted(plan.columns), counted(plan.rows)];
    expect(plan.downFirst).toBe(true);
    expect(plan.between).toBe(columns.length * 9);
    const least = columns.products * (9 + 5) + rows.products * (columns.length + 5);
    expect(plan.steps).toBeGreaterThanOrEqual(least);
    expect(plan.steps).toBeLessThanOrEqual(least * 2);
  });
});
