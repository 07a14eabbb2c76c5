// Precision over recall and balanced accuracy against the values in scikit-learn's documentation.
import { expect, it } from 'vitest';
import { precisionOverRecall } from '../../../models/measure/average-precision.ts';
import { balancedAccuracyOf } from '../../../models/measure/balanced.ts';

it('precision over recall is scikit-learn’s, from the other end', () => {
  // precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]): precision [0.5, 2/3, 0.5, 1, 1], recall [1, 1, 0.5, 0.5, 0]
  expect(precisionOverRecall({ scores: [0.1, 0.4, 0.35, 0.8], has: [0, 0, 1, 1] })).toEqual([
    { recall: 0, precision: 1 },
    { recall: 0.5, precision: 1 },
    { recall: 0.5, precision: 0.5 },
    { recall: 1, precision: 2 / 3 },
    { recall: 1, precision: 0.5 },
  ]);
  expect(precisionOverRecall({ scores: [0.1, 0.2], has: [0, 0] })).toBeUndefined();
});

it('balanced accuracy is scikit-learn’s; a class without pictures is in no mean', () => {
  // balanced_accuracy_score([0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1]): 0.625
  const truth = [0, 1, 0, 0, 1, 0];
  const answers = [0, 1, 0, 0, 0, 1].map((predicted, i) => ({ label: truth[i] ?? 0, predicted }));
  expect(balancedAccuracyOf(answers)).toBe(0.625);
  expect(balancedAccuracyOf([{ label: 1, predicted: 2 }])).toBe(0);
});
