// Loss, error and learning rate over the epochs.

import { heldOutOf } from '../../../models/held-out.ts';
import { isAugmented } from '../../augment/index.ts';
import { isErrorAlone } from '../../tasks/words.ts';
import { short, shortPercent } from '../format.ts';
import { html } from '../html.ts';
import { type PlotPoint, plot } from '../plot.ts';
import type { StepRow, TrainingRecord } from '../record.ts';
import { defineSection } from '../section.ts';

export const curves = defineSection({
  id: 'curves',
  title: 'Curves',
  render({ record, recipe, state }) {
    const { history, stepsPerEpoch } = record;
    const steps = binned(record);
    const heldOut = heldOutOf(recipe);
    const validation = (value: (row: (typeof history)[number]) => number): PlotPoint[] =>
      history.map((row) => [row.step / stepsPerEpoch, value(row)]);
    const loss = [...steps.map(({ loss: value }) => value), ...history.map(({ validLoss }) => validLoss)];
    const isOne = history.every(isErrorAlone);
    const error = isOne ? trainingErrors(record, recipe.batchSize) : [];
    const end = Math.max(
      ...steps.slice(-1).map(({ epoch }) => Math.ceil(epoch)),
      ...history.map(({ epoch }) => epoch),
    );
    const domain = [0, state === 'running' ? Math.max(recipe.epochs, end) : end] as const;
    const figures = [
      plot({
        title: 'Loss',
        domain,
        x: 'epoch',
        format: short,
        log: spread(loss) > 20,
        series: [
          {
            name: 'single steps',
            color: 1,
            faint: true,
            points: steps.map(({ epoch, loss: y }) => [epoch, y]),
          },
          { name: 'training', color: 1, points: smoothed(steps) },
          { name: heldOut, color: 2, dots: true, points: validation(({ validLoss }) => validLoss) },
        ],
      }),
      plot({
        title: isOne ? 'Error' : ERRORS[recipe.task ?? 'single'],
        domain,
        x: 'epoch',
        format: isOne ? shortPercent : short,
        log: spread([...error.map(([, y]) => y), ...history.map(({ errorRate }) => errorRate)]) > 8,
        series: [
          { name: 'during training', color: 1, dots: true, points: error },
          { name: heldOut, color: 2, dots: true, points: validation(({ errorRate }) => errorRate) },
        ],
      }),
      plot({
        title: 'Learning rate',
        domain,
        x: 'epoch',
        format: short,
        fromZero: true,
        series: [
          {
            name: 'learning rate',
            color: 3,
            points: steps.map(({ epoch, learningRate }) => [epoch, learningRate]),
          },
        ],
      }),
    ].filter((figure) => figure !== undefined);
    if (figures.length === 0) return undefined;
    return html`<div class="plots">${figures}</div>
      <p class="note">Training loss${isOne ? ' and error are' : ' is'} of the batches as they were trained on,${isAugmented(recipe.augment) ? ' augmented and' : ''} before each
      update; the thick line of the loss is a running mean.</p>`;
  },
});

/** What is drawn where it is not the share of wrong answers: of one class for each picture, where classes are balanced. */
const ERRORS = {
  single: '1 - balanced accuracy',
  multi: '1 - mean average precision',
  regression: 'Mean absolute error / deviation of the training targets',
} as const;

/** More points than this a plot does not show. */
const BINS = 320;

/** Means of equal numbers of steps; a bin is drawn at its middle. */
export function binned({
  steps,
  stepsPerEpoch,
}: TrainingRecord): { epoch: number; loss: number; learningRate: number }[] {
  const size = Math.max(1, Math.ceil(steps.length / BINS));
  const result: { epoch: number; loss: number; learningRate: number }[] = [];
  for (let from = 0; from < steps.length; from += size) {
    const bin = steps.slice(from, from + size);
    const average = (value: (row: StepRow) => number) =>
      bin.reduce((sum, row) => sum + value(row), 0) / bin.length;
    result.push({
      epoch: (average(({ step }) => step) - 0.5) / stepsPerEpoch,
      loss: average(({ loss }) => loss),
      learningRate: average(({ learningRate }) => learningRate),
    });
  }
  return result;
}

/** How many bins are drawn as one, to either side. */
const REACH = 7;

/** The mean of each bin and its neighbors: a line that can be read where single batches jump. */
export function smoothed(bins: readonly { epoch: number; loss: number }[]): PlotPoint[] {
  return bins.map(({ epoch }, i): PlotPoint => {
    // As many to the left as to the right, or the ends would be drawn from the side.
    const reach = Math.min(REACH, i, bins.length - 1 - i);
    const near = bins.slice(i - reach, i + reach + 1);
    return [epoch, near.reduce((sum, { loss }) => sum + loss, 0) / near.length];
  });
}

/** Error during each epoch that is done, as its batches were trained on. */
export function trainingErrors({ steps, history }: TrainingRecord, batchSize: number): PlotPoint[] {
  return history.flatMap((row, i): PlotPoint[] => {
    const from = history[i - 1]?.step ?? 0;
    const own = steps.filter(({ step }) => step > from && step <= row.step);
    // Runs from before every step was recorded lack some.
    if (own.length < row.step - from) return [];
    const correct = own.reduce((sum, step) => sum + step.correct, 0);
    return [[row.epoch, 1 - correct / (own.length * batchSize)]];
  });
}

function spread(values: readonly number[]): number {
  return Math.min(...values) > 0 ? Math.max(...values) / Math.min(...values) : 1;
}
