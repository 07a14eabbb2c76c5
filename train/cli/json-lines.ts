// A training as JSON lines, for programs: one for each epoch, and one at the end.
import { printJsonLine } from '../../models/print-json.ts';
import type { FitResult } from '../loop/fit.ts';
import type { Watcher } from '../loop/watcher.ts';
import { reportPath } from '../report/index.ts';
import type { Run } from '../runs/run.ts';

/**
 * A watcher that prints a line at each epoch's end: its row, and how long it took.
 * @param heldOut - What the pictures are that each epoch is evaluated on.
 */
export function printEpochs(run: Run, heldOut: 'validation' | 'test'): Watcher {
  return {
    onEpoch(row, { seconds, imagesPerSecond }) {
      printJsonLine({ event: 'epoch', run: run.name, heldOut, ...row, seconds, imagesPerSecond });
    },
  };
}

/** Prints how a training ended, in `seconds`. */
export function printEnd(
  run: Run,
  { finished, step, history, best, tested }: FitResult,
  seconds: number,
): void {
  printJsonLine({
    event: 'end',
    run: run.name,
    folder: run.folder,
    finished,
    step,
    last: history.at(-1) ?? null,
    best: best ?? null,
    tested: tested ?? null,
    report: reportPath(run),
    seconds,
  });
}
