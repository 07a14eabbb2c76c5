// The head that is taught: it is the minimum that NumPy finds its gradient to be zero at, and is judged by what it has not seen.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdOut, type Origin } from '../../../web-demo/teach/head/hold-out.ts';
import { minimize } from '../../../web-demo/teach/head/minimize.ts';
import { answersOf, l2Of, trainHead } from '../../../web-demo/teach/head/regression.ts';
import { teach } from '../../../web-demo/teach/head/teach.ts';
import { python } from '../../python.ts';

/** Numbers between 0 and 1, always the same. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Clouds of points around a corner for each class; their features have scales far apart, and one is constant. */
function clouds(counts: readonly number[], width: number, spread = 1) {
  const draw = draws(7);
  const labels = counts.flatMap((count, label) => Array.from({ length: count }, () => label));
  const features = Float32Array.from(
    labels.flatMap((label) =>
      Array.from({ length: width }, (_, f) => {
        if (f === width - 1) return 3;
        return 10 ** (f - 1) * ((f % counts.length === label ? 1 : 0) + spread * (draw() + draw() - 1));
      }),
    ),
  );
  return { features, labels, classes: counts.length };
}

const numpy = `
import json, sys, numpy as np
x, y, kernel, bias, l2 = (np.array(v, dtype=np.float64) if isinstance(v, list) else v for v in json.load(sys.stdin))
y = y.astype(int); n, classes = len(y), len(bias)
mean, own = x.mean(0), x.std(0)
deviation = np.maximum(own, 0.05 * own.mean())
z = (x - mean) / deviation
w = kernel * deviation[:, None]
b = bias + mean @ kernel
logits = z @ w + b
p = np.exp(logits - logits.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)
error = (p - np.eye(classes)[y]) / n
print(json.dumps([float(np.abs(z.T @ error + l2 / n * w).max()), float(np.abs(error.sum(0)).max()), p.tolist()]))
`;

describe('a head', () => {
  it.each([
    [[12, 20, 9], 6],
    [[5, 5], 40],
    [[1, 1, 1, 30], 4],
  ])('of %j examples, %i features: the gradient that NumPy computes is zero there', (counts, width) => {
    const { features, labels, classes } = clouds(counts, width);
    const head = trainHead({ features, labels, classes });
    const rows = <T extends Float32Array>(values: T, columns: number) =>
      Array.from({ length: values.length / columns }, (_, i) =>
        Array.from(values.subarray(i * columns, (i + 1) * columns)),
      );
    const given = [rows(features, width), labels, rows(head.kernel, classes), [...head.bias], l2Of(width)];
    const [weights, biases, probabilities] = JSON.parse(
      python(numpy, [], Buffer.from(JSON.stringify(given))),
    );
    // Measured: up to 1.0e-5, and what float32 rounds away.
    expect(weights).toBeLessThan(2e-5);
    expect(biases).toBeLessThan(2e-5);
    for (const [i, answer] of rows(answersOf(head, features), classes).entries())
      for (const [k, probability] of answer.entries())
        expect(probability).toBeCloseTo(probabilities[i][k], 5);
  });

  it('asks for as many numbers for each example', () => {
    const of = (numbers: number, n: number) => () =>
      trainHead({ features: new Float32Array(numbers), labels: new Uint8Array(n), classes: 2 });
    expect(of(7, 2)).toThrow('received 7 numbers for 2 examples');
    expect(of(0, 0)).toThrow('received 0 numbers for 0 examples');
    expect(of(4, 0)).toThrow('received 4 numbers for 0 examples');
  });

  it('answers the same whatever the unit of a feature', () => {
    const { features, labels, classes } = clouds([8, 8], 3);
    const scaled = features.map((value) => 64 * value + 32);
    const [a, b] = [features, scaled].map((each) =>
      answersOf(trainHead({ features: each, labels, classes }), each),
    );
    for (const [i, value] of (a ?? []).entries()) expect(value).toBeCloseTo(b?.[i] ?? Number.NaN, 3);
  });
});

it('a minimum of a quadratic function is where its own formula has it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 8 }),
      (stiff) => {
        // Sum of stiffness / 2 (x - i)^2.
        const { x } = minimize(
          (at, gradient) =>
            stiff.reduce((sum, each, i) => {
              gradient[i] = each * ((at[i] ?? 0) - i);
              return sum + (each / 2) * ((at[i] ?? 0) - i) ** 2;
            }, 0),
          new Float64Array(stiff.length),
          { gradientTolerance: 1e-9, maxIterations: 500 },
        );
        for (const [i, each] of x.entries()) expect(each).toBeCloseTo(i, 5);
      },
    ),
  );
});

it('a minimum is not looked for without end where the slope promises what the function does not keep', () => {
  let asked = 0;
  const { x, iterations } = minimize(
    (_, gradient) => {
      if (++asked > 1000) throw new Error('asked without end');
      gradient.fill(1);
      return asked === 1 ? 0 : 1;
    },
    new Float64Array(2),
    { gradientTolerance: 1e-9, maxIterations: 500 },
  );
  expect([[...x], iterations, asked]).toEqual([[0, 0], 0, 41]);
});

describe('a minimum that is far', () => {
  /** Half of the sum of stiffness times x squared, from 1 on; how often it was asked. */
  const far = (maxIterations: number) => {
    const stiff = Array.from({ length: 40 }, (_, i) => 10 ** (i / 10 - 2));
    let asked = 0;
    const found = minimize(
      (at, gradient) => {
        asked++;
        for (const [i, each] of stiff.entries()) gradient[i] = each * (at[i] ?? 0);
        return stiff.reduce((sum, each, i) => sum + (each / 2) * (at[i] ?? 0) ** 2, 0);
      },
      new Float64Array(stiff.length).fill(1),
      { gradientTolerance: 1e-6, maxIterations },
    );
    return { ...found, asked };
  };

  it('is left after as many steps as are wanted, nearer at each', () => {
    const values = [0, 1, 2, 5].map((most) => {
      const { iterations, value } = far(most);
      expect(iterations).toBe(most);
      return value;
    });
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    expect(new Set(values).size).toBe(4);
  });

  it('is found by few looks: the steps are as long as the curvature says', () => {
    const { asked, gradient } = far(1000);
    expect(gradient).toBeLessThanOrEqual(1e-6);
    expect(asked).toBeLessThan(1000); // measured: 540; 2,410 where the first guess of the curvature is 1
  });
});

describe('what is held out', () => {
  const origins = fc.array(
    fc.record({ label: fc.nat(3), recording: fc.option(fc.nat(5), { nil: undefined }) }),
    { maxLength: 120 },
  );
  /** In a recording there is one class. */
  const own = (each: readonly Origin[]) =>
    each.map(({ label, recording }) => ({ label, recording: recording && 10 * recording + label }));

  it('is in one part alone, leaves every class something to learn from, and depends on the seed alone', () => {
    fc.assert(
      fc.property(origins, fc.nat(), (drawn, seed) => {
        const all = own(drawn);
        const { train, heldOut } = holdOut(all, seed);
        expect(holdOut(all, seed)).toEqual({ train, heldOut });
        expect(new Set([...train, ...heldOut]).size).toBe(train.length + heldOut.length);
        for (const label of new Set(all.map((each) => each.label))) {
          const of = (part: readonly number[]) => part.filter((i) => all[i]?.label === label).length;
          const n = of(all.map((_, i) => i));
          expect(of(train)).toBeGreaterThan(0);
          expect(of(heldOut)).toBeLessThanOrEqual(n < 2 ? 0 : Math.max(1, Math.round(n / 5)));
          expect(of(heldOut)).toBeGreaterThan(n < 2 ? -1 : 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has whole recordings where there are several', () => {
    const all = Array.from({ length: 100 }, (_, i) => ({ label: 0, recording: Math.floor(i / 10) }));
    const { train, heldOut } = holdOut(all, 1);
    expect(heldOut).toHaveLength(20);
    const recordings = (part: readonly number[]) => new Set(part.map((i) => all[i]?.recording));
    expect([...recordings(heldOut)].filter((each) => recordings(train).has(each))).toEqual([]);
  });

  it('is another one for another seed', () => {
    const all = Array.from({ length: 50 }, () => ({ label: 0 }));
    const splits = Array.from({ length: 8 }, (_, seed) => holdOut(all, seed).heldOut.join());
    expect(new Set(splits).size).toBe(8);
  });

  it('is the end of a recording where one drawing beside it is too few', () => {
    const all = Array.from({ length: 41 }, (_, i) => ({ label: 0, recording: i === 0 ? undefined : 1 }));
    expect(holdOut(all, 1).heldOut).toEqual([0, 34, 35, 36, 37, 38, 39, 40]);
  });

  it('is the end of a recording where there is one alone, with a second between the two parts', () => {
    const all = Array.from({ length: 40 }, () => ({ label: 0, recording: 1 }));
    const { train, heldOut } = holdOut(all, 1);
    expect(heldOut).toEqual([32, 33, 34, 35, 36, 37, 38, 39]);
    expect(Math.max(...train)).toBe(23);
  });
});

describe('teaching', () => {
  it('puts the example of another class first among the doubts, and counts what is held out', () => {
    const { features, labels, classes } = clouds([20, 20, 20], 6, 0.5);
    const wrong = labels.with(25, 0);
    const taught = teach({
      features,
      labels: wrong,
      classes,
      origins: wrong.map((label) => ({ label })),
      seed: 3,
    });
    expect(taught.doubts[0]).toMatchObject({ index: 25, answered: 1 });
    const { n, trained, confusion, accuracy } = taught.judgment ?? {};
    const total = (confusion ?? []).flat().reduce((sum, each) => sum + each, 0);
    const right = (confusion ?? []).reduce((sum, row, k) => sum + (row[k] ?? 0), 0);
    expect([n, trained, total]).toEqual([12, 48, 12]);
    expect(accuracy).toBeCloseTo(right / 12, 5);
    expect(taught.heldOut).toHaveLength(12);
  });

  it('is judged by what it has not seen: labels without any meaning are learned by heart, and not known', () => {
    const draw = draws(3);
    const features = Float32Array.from({ length: 60 * 80 }, draw);
    const labels = Array.from({ length: 60 }, (_, i) => i % 2);
    const origins = labels.map((label) => ({ label }));
    const { head, judgment, doubts, heldOut } = teach({ features, labels, classes: 2, origins, seed: 1 });
    const sure = answersOf(head, features).filter((_, i) => i % 2 === (labels[i >> 1] ?? 0));
    expect(Math.min(...sure)).toBeGreaterThan(0.5);
    expect(judgment?.accuracy).toBeLessThan(0.8);
    expect(doubts[0]?.probability).toBeLessThan(0.5);
    expect(heldOut).toContain(doubts[0]?.index);
  });

  it('asks for two classes', () => {
    const { features, labels } = clouds([4], 3);
    const origins = labels.map((label) => ({ label }));
    expect(() => teach({ features, labels, classes: 1, origins, seed: 1 })).toThrow(/two classes/);
    expect(() => teach({ features, labels, classes: 2, origins, seed: 1 })).toThrow('received 4, 0 examples');
  });
});
