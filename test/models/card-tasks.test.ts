// What is promised of cards of several labels and of numbers: their own fields are checked, and those of one label stay as they were.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CardOf, cardKey, cardMetadata, checkCard, isOfTask } from '../../models/card.ts';
import { cardDigestOf, proofOf, withDigest } from '../../models/card-proof.ts';
import { completeCard } from '../../models/complete-card.ts';
import { isFromElsewhere } from '../../models/from-elsewhere.ts';
import { readMetadata } from '../../models/onnx/metadata.ts';
import { shippedModels } from '../shipped.ts';
import { readSingleCard } from '../single-card.ts';

const hex = 'a1'.repeat(32);
const known = {
  ...{ name: 'mine', description: 'Tests.', tta: 'none', recipe: {}, recipeDigest: hex, datasets: [] },
  architecture: { name: 'linear', parameters: 3 },
  input: { shape: [2, 2, 3], prepare: { rule: 'resize', filter: 'bilinear', crop: 'stretch' } },
} satisfies Partial<Parameters<typeof completeCard>[0]>;

const multi = completeCard<'multi'>(
  { ...known, task: 'multi', labels: ['cat', 'tree'], thresholds: [0.5, 0.25] },
  {
    weightsDigest: hex,
    metrics: { split: 'test', n: 10, loss: 0.1, meanAveragePrecision: 0.9, f1: 0.8, exact: 0.7 },
    golden: [{ input: 'zeros', probabilities: [0.9, 0.9] }],
    parity: { n: 10, maxProbabilityDifference: 0, changedLabels: 0, tolerance: 1e-5, against: 'x' },
  },
);
const regression = completeCard<'regression'>(
  {
    ...{ ...known, task: 'regression', labels: ['x', 'y'] },
    ranges: [
      { min: 0, max: 10, deviation: 2 },
      { min: -1, max: -1, deviation: 1 },
    ],
  },
  {
    weightsDigest: hex,
    metrics: { split: 'validation', n: 10, loss: 0.1, meanAbsoluteError: [0.5, 0], r2: [-3, 1] },
    golden: [{ input: 'zeros', values: [-1e9, 1e-9] }],
    parity: { n: 10, maxValueDifference: 0, tolerance: 1e-5, against: 'x' },
  },
);

/** A copy in which the value at a path is another. */
function changed(card: object, path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(card);
  const inner = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(Object(at), key), copy);
  Reflect.set(Object(inner), path.at(-1) ?? '', value);
  return copy;
}

it('are of the second format, with the output of their task, and prove themselves', () => {
  expect(multi).toMatchObject({
    ...{ format: 'trainyard-card/2', task: 'multi' },
    output: { name: 'probabilities', values: 'independent' },
  });
  expect(regression).toMatchObject({
    ...{ format: 'trainyard-card/2', task: 'regression' },
    output: { name: 'values' },
  });
  for (const card of [multi, regression]) {
    expect(checkCard(JSON.parse(cardMetadata(card)[cardKey] ?? ''))).toEqual(card);
    expect(proofOf(card)).toBe('holds');
    expect(isFromElsewhere(card)).toBe(false);
    expect(isFromElsewhere({ ...card, parity: null } as typeof card)).toBe(true);
  }
});

it('prove what decides about an answer: thresholds and ranges', () => {
  if (!isOfTask(multi, 'multi') || !isOfTask(regression, 'regression')) throw new Error('the tasks');
  expect(proofOf({ ...multi, thresholds: [0.5, 0.5] })).toBe('changed');
  expect(proofOf({ ...regression, ranges: regression.ranges.toReversed() })).toBe('changed');
});

it('a file of one label says no task, and has the text and the digest that it had before there were tasks', () => {
  const file = readFileSync(shippedModels.digits);
  const card = readSingleCard(file);
  expect(card.task).toBe('single');
  expect(cardMetadata(card)[cardKey]).toBe(readMetadata(file)[cardKey]);
  expect(readMetadata(file)[cardKey]).not.toContain('"task"');
  expect(cardDigestOf(card)).toBe(card.cardDigest);
  const { task: _, ...older } = card;
  expect(checkCard(older)).toEqual(card);
});

describe('are refused by their line:', () => {
  type Change = [object, (string | number)[], unknown, string];
  it.each<Change>([
    [multi, ['task'], 'ordinal', 'card.task: received "ordinal", expected "multi" or "regression"'],
    [
      multi,
      ['thresholds'],
      [0.5],
      'card.thresholds: received [0.5], expected 2 thresholds, one for each label',
    ],
    [multi, ['thresholds', 1], 1.5, 'card.thresholds[1]: received 1.5, expected at most 1'],
    [
      multi,
      ['output', 'values'],
      'distribution',
      'card.output.values: received "distribution", expected "independent"',
    ],
    [
      multi,
      ['golden', 0, 'probabilities'],
      [1],
      'card.golden[0].probabilities: received [1], expected 2 probabilities, one for each label',
    ],
    [multi, ['metrics', 'f1'], 2, 'card.metrics.f1: received 2, expected at most 1'],
    [
      regression,
      ['output', 'name'],
      'probabilities',
      'card.output.name: received "probabilities", expected "values"',
    ],
    [regression, ['labels', 1], 'x', 'card.labels: received ["x","x"], expected numbers of different names'],
    [regression, ['ranges', 0, 'deviation'], 0, 'card.ranges[0].deviation: received 0, expected more than 0'],
    [
      regression,
      ['ranges', 0, 'min'],
      11,
      'card.ranges[0]: received {"min":11,"max":10,"deviation":2}, expected min up to max',
    ],
    [regression, ['ranges'], [], 'card.ranges: received [], expected 2 ranges, one for each label'],
    [
      regression,
      ['golden', 0, 'values', 1],
      null,
      'card.golden[0].values[1]: received null, expected number',
    ],
    [
      regression,
      ['golden', 0, 'values'],
      [1],
      'card.golden[0].values: received [1], expected 2 values, one for each label',
    ],
    [regression, ['metrics', 'r2'], [1], 'card.metrics.r2: received [1], expected 2 r2, one for each label'],
    [regression, ['metrics', 'r2', 0], 1.5, 'card.metrics.r2[0]: received 1.5, expected at most 1'],
  ])('%#', (card, path, value, line) => {
    expect(() => checkCard(changed(card, path, value))).toThrow(line);
  });

  it('a number that is none', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY];
    for (const value of values)
      expect(() => checkCard(changed(regression, ['golden', 0, 'values', 0], value))).toThrow(
        /^card\.golden\[0\]\.values\[0\]: /,
      );
  });
});

it('one label cannot be of the second format', () => {
  const card: CardOf<'single'> = withDigest(readSingleCard(readFileSync(shippedModels.digits)));
  expect(() => checkCard({ ...card, format: 'trainyard-card/2' })).toThrow(
    'card.task: received "single", expected "multi" or "regression"',
  );
});
