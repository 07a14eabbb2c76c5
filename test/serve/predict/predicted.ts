// What was predicted of a file, by a model with one label.
import type { Prediction } from '../../../models/rank.ts';
import type { FilePrediction } from '../../../serve/predict/rows.ts';

/** @param others - predictions after the best one. */
export function predicted(file: string, best: Prediction, ...others: Prediction[]): FilePrediction {
  return { file, task: 'single', ...best, predictions: [best, ...others] };
}
