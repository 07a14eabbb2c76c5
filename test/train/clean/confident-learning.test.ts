// Confident learning against cleanlab's own answers (reference.py writes them).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { confidentLearning, margins } from '../../../train/clean/confident-learning.ts';

const numbers = z.array(z.number());
const { cases } = z
  .object({
    cases: z.array(
      z.object({
        labels: numbers,
        /** 256ths. */
        probabilities: z.array(numbers),
        thresholds: z.array(z.number().nullable()),
        joint: z.array(numbers),
        issues: numbers,
        margins: numbers,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('./reference.json', import.meta.url), 'utf8')));

describe('confident learning', () => {
  it.each(cases.map((each, i) => [i, each] as const))('says of case %i what cleanlab says', (_, expected) => {
    const asked = {
      labels: expected.labels,
      probabilities: expected.probabilities.flat().map((each) => each / 256),
      classes: expected.probabilities[0]?.length ?? 0,
    };
    const { thresholds, joint, issues } = confidentLearning(asked);
    expect(issues).toEqual(expected.issues);
    // A class without pictures has no threshold; cleanlab puts a 1 where the diagonal has none.
    for (const [j, threshold] of expected.thresholds.entries())
      if (threshold === null) expect(thresholds[j]).toBe(Number.POSITIVE_INFINITY);
      else expect(thresholds[j]).toBeCloseTo(threshold, 12);
    expect(joint.map((row, j) => row.map((count, k) => (j === k ? Math.max(1, count) : count)))).toEqual(
      expected.joint,
    );
    for (const [i, margin] of margins(asked).entries())
      expect(margin).toBeCloseTo(expected.margins[i] ?? -1, 12);
  });

  it('finds no issue where every label is the most probable class', () => {
    const sure = { labels: [0, 1], probabilities: [0.9, 0.1, 0.4, 0.6], classes: 2 };
    expect(confidentLearning(sure).issues).toEqual([]);
    expect([...margins(sure)]).toEqual([0.9, 0.6].map((own) => expect.closeTo(own, 12)));
  });
});
