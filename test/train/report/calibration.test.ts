// A temperature undoes the confidence that was put on, and the calibration error is the one that NumPy finds.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { pythonOf } from '../../../setup/install/python-environments.mjs';
import { normal, random } from '../../../train/random.ts';
import {
  calibrationError,
  calibrationOf,
  crossEntropyOf,
  type Judged,
  reliability,
  temperatureOf,
  tempered,
} from '../../../train/report/calibration.ts';

/** Answers whose labels are drawn from the probabilities that they have at `temperature`. */
function drawn(n: number, classes: number, temperature: number): Judged[] {
  const next = random(1, 'calibration', n, classes);
  return Array.from({ length: n }, () => {
    const logits = Array.from({ length: classes }, () => 3 * normal(next));
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const answer = { label: 0, probabilities: logits.map((logit) => Math.exp(logit) / sum) };
    const truth = tempered(answer, temperature).probabilities;
    let left = next();
    const label = truth.findIndex((probability) => {
      left -= probability;
      return left < 0;
    });
    return { ...answer, label: Math.max(0, label) };
  });
}

describe('temperature', () => {
  it.each([0.5, 1, 2.5])('%f is found from answers that were drawn at it', (temperature) => {
    const answers = drawn(4000, 5, temperature);
    // Measured: within 4 %, which is the chance of 4,000 draws.
    expect(Math.abs(Math.log(temperatureOf(answers) / temperature))).toBeLessThan(0.08);
  });

  it('has the least cross-entropy of all', () => {
    const answers = drawn(500, 3, 2);
    const best = temperatureOf(answers);
    for (const other of [0.5, 0.9, 0.99, 1.01, 1.1, 2])
      expect(crossEntropyOf(answers, best)).toBeLessThan(crossEntropyOf(answers, best * other));
  });

  it('has the cross-entropy that NumPy finds, of probabilities as they are where it is one', () => {
    const answers = drawn(50, 4, 2).map(({ label, probabilities }) => ({
      ...{ label, probabilities: probabilities.map((probability) => Number(probability.toFixed(3)) + 0.001) },
    }));
    const script = `
import json, sys, numpy as np
answers = json.load(sys.stdin)
p = np.array([a["probabilities"] for a in answers]); y = np.array([a["label"] for a in answers])
def loss(p): return -np.log(p[np.arange(len(y)), y]).mean()
q = p ** (1 / 3)
print(json.dumps([loss(p), loss(q / q.sum(1, keepdims=True))]))
`;
    const expected: unknown = JSON.parse(
      execFileSync(pythonOf('test'), ['-c', script], { input: JSON.stringify(answers), encoding: 'utf8' }),
    );
    if (!Array.isArray(expected)) throw new Error('expected two losses');
    expect(crossEntropyOf(answers)).toBeCloseTo(expected[0], 12);
    expect(crossEntropyOf(answers, 3)).toBeCloseTo(expected[1], 12);
  });

  it('changes no answer', () => {
    for (const answer of drawn(200, 6, 1)) {
      const top = ({ probabilities }: Judged) => probabilities.indexOf(Math.max(...probabilities));
      expect(top(tempered(answer, 3))).toBe(top(answer));
    }
  });

  it('stays finite where every answer is right and certain', () => {
    const answers = Array.from({ length: 10 }, () => ({ label: 0, probabilities: [1, 0] }));
    const { temperature, error } = calibrationOf(answers);
    expect(temperature).toBeGreaterThan(0);
    expect(error).toBe(0);
  });
});

describe('calibration error', () => {
  it('is what NumPy finds in fifteen bins', () => {
    const answers = drawn(2000, 4, 2);
    const script = `
import json, sys, numpy as np
answers = json.load(sys.stdin)
p = np.array([a["probabilities"] for a in answers]); y = np.array([a["label"] for a in answers])
confidence, right = p.max(1), p.argmax(1) == y
bins = np.minimum((confidence * 15).astype(int), 14)
print(sum(abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)))
`;
    const expected = Number(
      execFileSync(pythonOf('test'), ['-c', script], { input: JSON.stringify(answers), encoding: 'utf8' }),
    );
    expect(calibrationError(answers)).toBeCloseTo(expected, 12);
    expect(expected).toBeGreaterThan(0.1);
  });

  it('is smaller after a temperature that was found on the other half', () => {
    const { error, temperedError, bins } = calibrationOf(drawn(3000, 5, 2.5));
    // Measured: 0.25 and 0.02.
    expect(error).toBeGreaterThan(0.2);
    expect(temperedError).toBeLessThan(0.04);
    expect(bins.reduce((sum, { n }) => sum + n, 0)).toBe(3000);
  });

  it('has a temperature for either half that the other half gave', () => {
    // Answers by turns far too certain and far too uncertain, so that one half's temperature is wrong for the other.
    const [even, odd] = [drawn(300, 4, 2.5), drawn(300, 3, 0.5)];
    const answers = even.flatMap((answer, i) => [answer, odd[i] ?? answer]);
    const [ofEven, ofOdd] = [temperatureOf(even), temperatureOf(odd)];
    const crossed = [
      ...even.map((answer) => tempered(answer, ofOdd)),
      ...odd.map((answer) => tempered(answer, ofEven)),
    ];
    const { temperature, error, temperedError, temperedBins } = calibrationOf(answers);
    expect(temperature).toBe(temperatureOf(answers));
    expect(error).toBe(calibrationError(answers));
    expect(temperedBins).toEqual(reliability(crossed));
    expect(temperedError).toBe(calibrationError(crossed));
    expect(ofEven / ofOdd).toBeGreaterThan(2);
  });

  it('leaves out an answer that is no number', () => {
    expect(reliability([{ label: 0, probabilities: [Number.NaN, 1] }])).toEqual([]);
  });

  it('counts a probability of one in the last bin', () => {
    expect(reliability([{ label: 0, probabilities: [1, 0] }])).toEqual([
      { n: 1, confidence: 1, accuracy: 1 },
    ]);
  });
});
