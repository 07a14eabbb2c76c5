// A plan in words: what decides the labels, what takes its time, numbers as a person writes them.
import { expect, it, vi } from 'vitest';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { describePlan, measurePace, type Pace } from '../../../train/cli/plan.ts';
import { showPlan } from '../../../train/cli/train.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { noise, temporaryPlace } from '../datasets/folder/pictures.ts';
import { smallMnist } from '../small-mnist.ts';

const recipe = { ...findRecipe('digits'), batchSize: 1 };
const pace: Pace = { step: 1.9712, evaluation: 0.04, features: 0, start: 1, timed: 1 };

it.each([
  [
    pace,
    1,
    "1 step (1 epoch) of 1 image, 1.97 s each, and 40 ms for each epoch's evaluation (measured over 1 step).",
  ],
  [{ ...pace, step: 0.000_312_3, timed: 20 }, 2, '2 steps (2 epochs) of 1 image, 0.312 ms each, and 40 ms '],
  [{ ...pace, step: 0.9994 }, 2, ' 999 ms each'],
  [{ ...pace, step: 1234.5 }, 2, ' 1235 s each'],
])('%j', (measured, steps, words) => {
  expect(describePlan(recipe, measured, { steps, epochs: steps, seconds: 100 })).toContain(words);
});

it('a plan says what decides the labels, what takes its time, and refuses a batch that is too large', async () => {
  // Found in the cache that all tests share, before the test has one of its own for the pictures.
  expect(tf.version.tfjs).toBeDefined();
  const place = temporaryPlace();
  for (let i = 0; i < 12; i++)
    place.write(`${i % 2 ? 'dark' : 'light'}/${i}.png`, await noise(i).png().toBuffer());
  place.write('predictions.csv', 'file,label,probability\ndark/1.png,light,0.9\n');
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  const args = {
    recipe: place.path,
    architecture: 'small-cnn',
    size: '32',
    precision: 'float32',
    runs: place.path,
  };
  try {
    await showPlan(checkArguments(args));
    await expect(showPlan(checkArguments({ ...args, 'batch-size': '70000' }))).rejects.toThrow(
      /The batch size is 70000, but photos has \d+ training images/,
    );
  } finally {
    log.mockRestore();
    place.close();
  }
  const text = lines.join('\n');
  expect(text).toContain(`Labels: the names of the 2 folders in ${place.path}.`);
  expect(text).toContain('Not read, since folders are the labels: predictions.csv.');
  expect(text).toMatch(/Measuring how fast photos trains here: up to 23 steps of \d+ images/);
  expect(text).toMatch(/photos takes about \d+ s .* steps? \(10 epochs\) of \d+ images, [\d.]+ ms each/);
}, 60_000);

it('measuring the pace ends between two steps when its signal is aborted', async () => {
  const dataset = await smallMnist(500, 100);
  const abort = new AbortController();
  const reason = new Error('the reason');
  let looks = 0;
  vi.spyOn(abort.signal, 'throwIfAborted').mockImplementation(() => {
    if (abort.signal.aborted) throw reason;
    // In a turn of its own, as a click or a timer comes.
    if (++looks === 5) setImmediate(() => abort.abort(reason));
  });
  const measured = measurePace(findRecipe('digits', { batchSize: 50 }), dataset, { signal: abort.signal });
  await expect(measured).rejects.toBe(reason);
  // Of 23 steps.
  expect(looks).toBeLessThan(8);
});
