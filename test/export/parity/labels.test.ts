// Which labels two models give otherwise, and which of these are ties, against NumPy; and what of it lets a file be published.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changesInWords, combine, compare, holds, type Parity } from '../../../export/parity/index.ts';
import { TOLERANCE } from '../../../models/tolerance.ts';
import { python } from '../../python.ts';

const numpy = `
import json, sys
import numpy as np
answers = []
for n, classes, expected, got in json.loads(sys.stdin.read()):
    a, b = [np.array(x, np.float32).reshape(n, classes).astype(np.float64) for x in (expected, got)]
    best, other = a.argmax(1), b.argmax(1)
    rows = np.arange(n)
    changed = best != other
    ties = changed & (a[rows, best] - a[rows, other] <= 2e-5)
    answers.append({'n': n, 'maxProbabilityDifference': float(np.abs(a - b).max()), 'changedLabels': int(changed.sum()), 'ties': int(ties.sum())})
print(json.dumps(answers))
`;

/** Few levels, some of them nearer than a tie: many rows have two classes that are best, or nearly so. */
const level = fc.constantFrom(0, 0.25, 0.5, 0.5 + 1e-5, 0.5 + 3e-5);
const cases = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }))
  .chain(([n, classes]) => {
    const rows = fc.array(level, { minLength: n * classes, maxLength: n * classes });
    return fc.record({ n: fc.constant(n), classes: fc.constant(classes), expected: rows, got: rows });
  });

it('equals NumPy over labels that change, ties among them', () => {
  const drawn = fc.sample(cases, { numRuns: 200, seed: 1 });
  const asked = drawn.map(({ n, classes, expected, got }) => [n, classes, expected, got]);
  const theirs: Parity[] = JSON.parse(python(numpy, [], Buffer.from(JSON.stringify(asked))));
  const ours = drawn.map(({ n, expected, got }) =>
    compare(Float32Array.from(expected), Float32Array.from(got), n),
  );
  expect(ours).toEqual(theirs);
  expect(theirs.some(({ ties }) => ties > 0)).toBe(true);
  expect(theirs.some(({ changedLabels, ties }) => changedLabels > ties)).toBe(true);
  // Together they are the worst of all, and the sum.
  const sum = (of: (parity: Parity) => number) => theirs.reduce((all, one) => all + of(one), 0);
  expect(combine(ours)).toEqual({
    n: sum(({ n }) => n),
    maxProbabilityDifference: Math.max(...theirs.map((one) => one.maxProbabilityDifference)),
    changedLabels: sum(({ changedLabels }) => changedLabels),
    ties: sum(({ ties }) => ties),
  });
});

it('another number of probabilities changes every label', () => {
  const infinite = { maxProbabilityDifference: Number.POSITIVE_INFINITY };
  expect(compare(new Float32Array(4), new Float32Array(6), 2)).toEqual({
    ...{ n: 2, changedLabels: 2, ties: 0 },
    ...infinite,
  });
  expect(compare(Float32Array.of(0.5, Number.NaN), Float32Array.of(0.5, 0), 1)).toMatchObject(infinite);
});

it.each<[Partial<Parity>, boolean]>([
  [{}, true],
  [{ maxProbabilityDifference: TOLERANCE }, true],
  [{ maxProbabilityDifference: TOLERANCE * 1.01 }, false],
  [{ maxProbabilityDifference: Number.POSITIVE_INFINITY }, false],
  [{ changedLabels: 1 }, false],
  [{ changedLabels: 2, ties: 1 }, false],
  [{ changedLabels: 2, ties: 2 }, true],
])('with %j it holds: %s', (change, expected) => {
  const parity = { n: 9, maxProbabilityDifference: 0, changedLabels: 0, ties: 0, ...change };
  expect(holds(parity, TOLERANCE)).toBe(expected);
});

it('says ties where there are any', () => {
  expect(changesInWords({ changedLabels: 0 })).toBe('0 changed labels');
  expect(changesInWords({ changedLabels: 2, ties: 0 })).toBe('2 changed labels');
  expect(changesInWords({ changedLabels: 2, ties: 1 })).toBe('2 changed labels, 1 of them a tie');
});
