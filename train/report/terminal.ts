// What a training shows in the terminal: a bar while an epoch runs, and a table with a row per epoch.
import { Presets, SingleBar } from 'cli-progress';
import type { Watcher } from '../loop/watcher.ts';
import type { Recipe } from '../recipes/index.ts';
import { balancesClasses } from '../tasks/class-counts.ts';
import { measuresOf } from '../tasks/words.ts';
import { clock } from './format.ts';

/** The columns of measures; one class whose classes are not balanced has `valid_error` or `test_error`. */
const MEASURES = {
  balanced: ['balanced', 'accuracy'],
  multi: ['mAP', 'F1', 'exact'],
  regression: ['MAE', 'RMSE', 'R2'],
} as const;

/**
 * A watcher that draws on the terminal; elsewhere (a log file, CI) it prints the rows only.
 * @param recipe - What is trained: its columns, and how many images a step has.
 * @param heldOut - What the pictures are that each epoch is evaluated on.
 */
export function watchInTerminal(
  recipe: Pick<Recipe, 'batchSize' | 'task' | 'classWeights' | 'sampling'>,
  epochs: number,
  heldOut: 'validation' | 'test',
  interactive = process.stderr.isTTY,
): Watcher & { stop(): void } {
  const { batchSize, task } = recipe;
  const kind = task ?? (balancesClasses(recipe) ? 'balanced' : undefined);
  const short = heldOut === 'test' ? 'test' : 'valid';
  let bar: SingleBar | undefined;
  let [firstStep, started, total] = [0, 0, 0];
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    stop,
    onStart({ step, steps }) {
      [firstStep, started, total] = [step, performance.now(), steps];
      const own = kind === undefined ? [`${short}_error`] : MEASURES[kind];
      console.log(row(['epoch', 'train_loss', `${short}_loss`, ...own, 'time', 'images/s']));
    },
    onStep({ step, loss }) {
      if (!interactive) return;
      if (bar === undefined) {
        bar = new SingleBar(
          { format: FORMAT, hideCursor: true, clearOnComplete: true, fps: 5 },
          Presets.shades_classic,
        );
        bar.start(total, step, { epoch: 1, epochs, speed: '', left: '', loss: '' });
      }
      const seconds = (performance.now() - started) / 1000;
      const perSecond = (step - firstStep) / seconds;
      bar.update(step, {
        epoch: Math.min(epochs, Math.floor((step * epochs) / total) + 1),
        speed: Math.round(perSecond * batchSize),
        left: clock((total - step) / perSecond),
        loss: loss.toFixed(4),
      });
    },
    onEpoch({ epoch, trainLoss, validLoss, ...measured }, { seconds, imagesPerSecond }) {
      stop();
      console.log(
        row([
          String(epoch),
          trainLoss.toFixed(4),
          validLoss.toFixed(4),
          ...measuresOf(measured).map(({ text }) => text),
          clock(seconds),
          String(Math.round(imagesPerSecond)),
        ]),
      );
    },
  };
}

const FORMAT = '{bar} epoch {epoch}/{epochs}  {speed} images/s  {left} left  loss {loss}';

function row(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(10)).join('  ');
}
