// A watcher of a training: the bar in the terminal, the record of the run, the report, TensorBoard.
import type { EpochRow, TestResults } from '../runs/checkpoint.ts';
import type { EpochTime } from './epoch-timer.ts';

/** Is called by the training loop. */
export interface Watcher {
  /** Before the first step; `step` is larger than 0 when a run is resumed. */
  onStart?(start: { step: number; steps: number; stepsPerEpoch: number }): void;
  /** `correct` counts the batch's right answers before the step, as they were in training. */
  onStep?(done: { step: number; loss: number; learningRate: number; correct: number }): void;
  /** The epoch is saved; the training goes on when what this returns has settled. */
  onEpoch?(row: EpochRow, time: EpochTime): void | Promise<void>;
  /** The training has ended, and its test images have been looked at; only where there are some. */
  onTested?(tested: TestResults, step: number): void;
}

/** One watcher that calls many, in their order. */
export function watchAll(watchers: readonly Watcher[]): Watcher {
  return {
    onStart: (start) => {
      for (const watcher of watchers) watcher.onStart?.(start);
    },
    onStep: (done) => {
      for (const watcher of watchers) watcher.onStep?.(done);
    },
    onEpoch: async (row, time) => {
      for (const watcher of watchers) await watcher.onEpoch?.(row, time);
    },
    onTested: (tested, step) => {
      for (const watcher of watchers) watcher.onTested?.(tested, step);
    },
  };
}
