// The built-in pictures: the same bytes for ever, since cards hold what models answer to them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenDifference, goldenInput, goldenNames } from '../../models/golden.ts';
import { python } from '../python.ts';

/** The formulas once more, in Python, whose integers do not overflow. */
const pictures = `
import json, sys
def mixed(i):
    x = (i + 0x9e3779b9) & 0xffffffff
    x = ((x ^ (x >> 16)) * 0x85ebca6b) & 0xffffffff
    x = ((x ^ (x >> 13)) * 0xc2b2ae35) & 0xffffffff
    return x ^ (x >> 16)
value = {
    'zeros': lambda i, y, x, c, n: 0,
    'ramp': lambda i, y, x, c, n: i * 255 // max(1, n - 1),
    'checker': lambda i, y, x, c, n: 255 if (y // 4 + x // 4 + c) % 2 == 0 else 0,
    'noise': lambda i, y, x, c, n: mixed(i) >> 24,
}
print(json.dumps([
    [value[name]((y * w + x) * d + c, y, x, c, h * w * d) for y in range(h) for x in range(w) for c in range(d)]
    for name, (h, w, d) in json.loads(sys.argv[1])
]))
`;

import { real } from '../real.ts';

const shapes = [
  [28, 28, 1],
  [9, 13, 3],
  [1, 1, 1],
  [1, 2, 1],
] as const;
const asked = goldenNames.flatMap((name) => shapes.map((shape) => [name, shape] as const));

it('are what their formulas say', () => {
  const theirs: number[][] = JSON.parse(python(pictures, [JSON.stringify(asked)]));
  for (const [i, [name, shape]] of asked.entries())
    expect([...goldenInput(name, shape)], `${name} ${shape}`).toEqual(theirs[i]);
  expect(goldenNames).toEqual(['zeros', 'ramp', 'checker', 'noise']);
});

describe('the difference of two answers', () => {
  it('is the largest of all their numbers, whichever is larger', () => {
    expect(goldenDifference([0.5, 0.25, 0.25], [0.5, 0.5, 0.125])).toBe(0.25);
    expect(goldenDifference([0.25, 0.75], [0.375, 0.25])).toBe(0.5);
    expect(goldenDifference([], [])).toBe(0);
    const numbers = fc.array(real(0, 1), { minLength: 1 });
    fc.assert(fc.property(numbers, (given) => goldenDifference(given, Float64Array.from(given)) === 0));
  });

  it('has no end where one is longer, or holds what is no number', () => {
    expect(goldenDifference([0, 0], [0])).toBe(Number.POSITIVE_INFINITY);
    expect(goldenDifference([0], [0, 0])).toBe(Number.POSITIVE_INFINITY);
    expect(goldenDifference([0, 0.5], [0, Number.NaN])).toBe(Number.POSITIVE_INFINITY);
    expect(goldenDifference([Number.NaN, 0], [0, 0])).toBe(Number.POSITIVE_INFINITY);
  });
});
