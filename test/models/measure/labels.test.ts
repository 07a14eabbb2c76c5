// Average precision and thresholds are those that NumPy finds by trying every threshold, and scikit-learn's.
import { describe, expect, it } from 'vitest';
import { averagePrecision, bestThreshold } from '../../../models/measure/average-precision.ts';
import { measureEachLabel, measureLabels, thresholdsOf } from '../../../models/measure/labels.ts';
import { random } from '../../../train/random.ts';
import { python } from '../../python.ts';

/** Every score as a threshold, by the definition: no sorting, no running sums. */
const BY_TRYING = `
import sys, json, numpy as np
out = []
for scores, has in json.load(sys.stdin):
    scores, has = np.array(scores), np.array(has) == 1
    area, before, best = 0.0, 0.0, 0.0
    for threshold in np.unique(scores)[::-1]:
        given = scores >= threshold
        precision = (given & has).sum() / given.sum()
        recall = (given & has).sum() / has.sum()
        area += (recall - before) * precision
        before = recall
        best = max(best, 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0)
    out.append([area, best])
print(json.dumps(out))
`;

/** Scores with many ties where `steps` is small; a label is more often there where its score is large. */
function drawn(seed: number, n: number, steps: number) {
  const next = random(seed, 'scores');
  const scores = Array.from({ length: n }, () => Math.round(next() * steps) / steps);
  const has = scores.map((score) => (next() < 0.2 + 0.5 * score ? 1 : 0));
  // One at least, and not all.
  return { scores, has: has.map((each, i) => (i === 0 ? 1 : i === 1 ? 0 : each)) };
}

const cases = [
  drawn(1, 30, 5),
  drawn(2, 200, 20),
  drawn(3, 500, 1e9),
  { scores: [0.9, 0.8, 0.7, 0.1], has: [1, 1, 0, 0] },
  { scores: [0.5, 0.5, 0.5], has: [1, 0, 0] },
  { scores: [0.1, 0.2, 0.3], has: [1, 0, 0] },
];
const pairs: [number, number][] = JSON.parse(
  python(BY_TRYING, [], Buffer.from(JSON.stringify(cases.map(({ scores, has }) => [scores, has])))),
);

describe('averagePrecision', () => {
  it.each(cases.map((label, i) => [i, label] as const))('case %i', (i, label) => {
    expect(averagePrecision(label)).toBeCloseTo(pairs[i]?.[0] ?? Number.NaN, 12);
  });

  it('is that of scikit-learn 1.9.1, average_precision_score, with many ties', () => {
    const tenths = '885314400a724a98457163917929907054238317';
    const has = '1011000110101010010000101001011010000001';
    const scores = [...tenths].map((digit) => Number.parseInt(digit, 16) / 10);
    expect(averagePrecision({ scores, has: [...has].map(Number) })).toBeCloseTo(0.4642266569637259, 12);
  });

  it('says nothing of a label that no picture has', () => {
    expect(averagePrecision({ scores: [0.2, 0.9], has: [0, 0] })).toBeUndefined();
  });
});

describe('bestThreshold', () => {
  it.each(cases.map((label, i) => [i, label] as const))('case %i', (i, label) => {
    const { threshold, f1, precision, recall } = bestThreshold(label);
    expect(f1).toBeCloseTo(pairs[i]?.[1] ?? Number.NaN, 12);
    // What is said to be there holds for the answers at this threshold.
    const given = label.scores.map((score) => score >= threshold);
    const right = given.filter((isGiven, k) => isGiven && label.has[k] === 1).length;
    const having = label.has.filter((has) => has === 1).length;
    expect(precision).toBeCloseTo(right / given.filter(Boolean).length, 12);
    expect(recall).toBeCloseTo(right / having, 12);
  });

  it('is halfway between the pictures that have the label and those that have not', () => {
    expect(bestThreshold({ scores: [0.9, 0.75, 0.25, 0.1], has: [1, 1, 0, 0] }).threshold).toBe(0.5);
    expect(bestThreshold({ scores: [0.2, 0.1, 0.01], has: [1, 0, 0] }).threshold).toBeCloseTo(0.15, 12);
  });

  it('is one half where the scores say nothing', () => {
    expect(bestThreshold({ scores: [0.2, 0.9], has: [0, 0] })).toEqual({
      ...{ threshold: 0.5, precision: 0, recall: 0, f1: 0 },
    });
    expect(bestThreshold({ scores: [0.2, 0.9], has: [1, 1] })).toMatchObject({ threshold: 0.5, recall: 0.5 });
  });
});

describe('several labels', () => {
  // Three labels of four pictures; nobody has the third.
  const answers = {
    probabilities: Float32Array.of(0.9, 0.2, 0.1, 0.8, 0.7, 0.6, 0.3, 0.9, 0.2, 0.1, 0.1, 0.1),
    targets: Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0),
    labels: 3,
  };

  it('are measured over those that some picture has, and by whole sets', () => {
    const thresholds = thresholdsOf(answers);
    expect(thresholds[0]).toBeCloseTo(0.55, 6);
    expect(thresholds[1]).toBeCloseTo(0.45, 6);
    expect(thresholds[2]).toBe(0.5);
    // The second picture is said to have the third label.
    expect(measureLabels(answers, thresholds)).toEqual({ meanAveragePrecision: 1, f1: 1, exact: 0.75 });
    expect(measureLabels(answers, [0.55, 0.45, 0.7]).exact).toBe(1);
  });

  it('each have their pictures, precision and recall at the threshold', () => {
    expect(measureEachLabel(answers, [0.85, 0.15, 0.5])).toEqual([
      { n: 2, averagePrecision: 1, precision: 1, recall: 0.5, f1: 2 / 3 },
      { n: 2, averagePrecision: 1, precision: 2 / 3, recall: 1, f1: 0.8 },
      { n: 0, averagePrecision: undefined, precision: 0, recall: 0, f1: 0 },
    ]);
  });
});
