// What is said of pictures out of fold, and which of them are to be looked at.
import { describe, expect, it } from 'vitest';
import { findWrong } from '../../../train/clean/find.ts';
import { outOfFold } from '../../../train/clean/out-of-fold.ts';
import { findSuspects } from '../../../train/clean/suspects.ts';
import { normal, random } from '../../../train/random.ts';

/** Two clouds of points, one for each class. */
const N = 60;
const truth = Array.from({ length: N }, (_, i) => i % 2);
const features = Float32Array.from(
  { length: N * 4 },
  (_, k) => (truth[Math.floor(k / 4)] ? 3 : -3) * (k % 4 === 0 ? 1 : 0) + normal(random(1, 'test/clean', k)),
);
const folds = truth.map((_, i) => Math.floor(i / 2) % 5);

describe('out of fold', () => {
  it('says of a picture nothing that its own fold was told, and the right thing by the others', () => {
    const said = outOfFold({ features, labels: truth, classes: 2, folds });
    for (const [i, label] of truth.entries()) {
      expect(said[2 * i + label]).toBeGreaterThan(0.5);
      expect((said[2 * i] ?? 0) + (said[2 * i + 1] ?? 0)).toBeCloseTo(1, 5);
    }
    const lied = outOfFold({
      ...{ features, classes: 2, folds },
      labels: truth.map((label, i) => (folds[i] === 3 ? 1 - label : label)),
    });
    const dropped = outOfFold({
      ...{ features, classes: 2, folds },
      labels: truth.map((label, i) => (folds[i] === 3 ? -1 : label)),
    });
    const ofFold = (all: ArrayLike<number>, fold: number) =>
      truth.flatMap((_, i) => (folds[i] === fold ? [all[2 * i]] : []));
    expect(ofFold(lied, 3)).toEqual(ofFold(said, 3));
    expect(ofFold(dropped, 3)).toEqual(ofFold(said, 3));
    expect(ofFold(lied, 2)).not.toEqual(ofFold(said, 2));
    // As if they were of the fold that is asked about, which teaches it nothing.
    const apart = outOfFold({
      features,
      labels: truth,
      classes: 2,
      folds: folds.map((f) => (f === 3 ? 2 : f)),
    });
    expect(ofFold(dropped, 2)).toEqual(ofFold(apart, 2));
  });

  it('puts look-alikes into one fold, and the wrong label first', () => {
    const labels = truth.map((label, i) => (i === 7 ? 1 - label : label));
    const [pictures, names] = [
      labels.map((label, i) => ({ path: `${i}`, label, side: undefined })),
      ['a', 'b'],
    ];
    const units = [[0, 2], ...truth.map((_, i) => [i]).filter(([i]) => i !== 0 && i !== 2)];
    const { suspects } = findWrong({ pictures, features, units, labels: names }, labels);
    expect(suspects[0]).toMatchObject({ place: 7, reason: 'label', suggested: 1 });
    expect(suspects.at(-1)).toMatchObject({ place: 2, reason: 'copy', alike: [0] });
    expect(() =>
      findWrong({ pictures, features, units: [[...labels.keys()]], labels: names }, labels),
    ).toThrow('All 60 pictures look the same');
  });
});

describe('suspects', () => {
  // Ten pictures of each of two classes, of which the network is sure; three of a third, which it never names.
  const labels = [...Array.from({ length: 20 }, (_, i) => i % 2), 2, 2, 2];
  const row = (label: number) => (label === 1 ? [0.1, 0.9, 0] : [0.9, 0.1, 0]);
  const rows = labels.map(row);
  rows[4] = [0.2, 0.8, 0]; // Less than the threshold of class 1.
  rows[5] = [0.95, 0.05, 0];
  rows[6] = [0.4, 0.3, 0.3];
  const judged = {
    labels,
    probabilities: rows.flat(),
    classes: 3,
    folds: labels.map((_, i) => i % 5),
    units: [[8, 9], [10, 12], ...labels.map((_, i) => [i])],
  };

  it('come by their reasons, within one by the margin, and few pictures of a class are not judged', () => {
    const said = findSuspects(judged).map(({ place, reason, suggested }) => [place, reason, suggested]);
    expect(said).toEqual([
      [8, 'contradiction', 1],
      [9, 'contradiction', 0],
      [5, 'label', 0],
      [4, 'unsure', 1],
      [6, 'unsure', undefined],
      [12, 'copy', undefined],
    ]);
  });

  it('are not those that were dropped, nor what looks like them', () => {
    const without = { ...judged, labels: labels.map((label, i) => ([8, 10, 5].includes(i) ? -1 : label)) };
    expect(findSuspects(without).map(({ place }) => place)).toEqual([4, 6]);
  });
});
