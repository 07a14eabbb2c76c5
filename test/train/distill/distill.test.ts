// A folder is trained with a teacher from elsewhere: its answers, in the order of the folder's classes, are asked for once.
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { recipeOfArguments } from '../../../train/cli/recipe-of-arguments.ts';
import { imagesOf, type Split } from '../../../train/datasets/dataset.ts';
import { classOrder } from '../../../train/distill/answers.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { loadPictures, loadTrainingData } from '../../../train/recipes/load-data.ts';
import type { Recipe } from '../../../train/recipes/recipe.ts';
import { trainWords } from '../../../train/recipes/train-words.ts';
import { createRun } from '../../../train/runs/run.ts';
import { elsewhere } from '../../models/elsewhere.ts';
import { noise, type Place, temporaryPlace } from '../datasets/folder/pictures.ts';
import { trainInPieces } from '../train-in-pieces.ts';

const LABELS = ['cat', 'dog', 'owl'];
/** In another order. */
const THEIRS = ['owl', 'cat', 'dog'];
const SIDE = 12;

let place: Place;
let words: Record<string, string>;
beforeAll(async () => {
  // Before the cache is another one, in which TensorFlow is not.
  tf.getBackend();
  place = temporaryPlace();
  for (let i = 0; i < 30; i++)
    place.write(`photos/${LABELS[i % 3]}/${i}.png`, await noise(i).png().toBuffer());
  place.write('teacher/model.onnx', elsewhere({ dims: ['N', SIDE, SIDE, 3] }));
  place.write('teacher/card.json', cardOf(THEIRS));
  place.write('strange/model.onnx', elsewhere({ dims: ['N', SIDE, SIDE, 3] }));
  place.write('strange/card.json', cardOf(['cat', 'dog', 'horse']));
  place.write('bare/model.onnx', elsewhere({ dims: ['N', SIDE, SIDE, 3] }));
  words = {
    ...{ recipe: join(place.path, 'photos'), architecture: 'small-cnn', size: '8', precision: 'float32' },
    ...{ epochs: '2', 'batch-size': '6', runs: join(place.path, 'runs') },
    ...{ distill: join(place.path, 'teacher/model.onnx'), 'distill-temperature': '2', mixup: '0.5' },
  };
});
afterAll(() => place.close());

function cardOf(labels: string[]): string {
  const input = { size: [SIDE, SIDE], layout: 'NHWC', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
  return JSON.stringify({ labels, input, output: 'logits', resize: { filter: 'bilinear', crop: 'center' } });
}

const asked = (changes: Record<string, string | undefined> = {}) =>
  recipeOfArguments(checkArguments({ ...words, ...changes } as Parameters<typeof checkArguments>[0]));

/** What the teacher is by its own numbers, in float64: softmax of (x / 255 - 0.5) / 0.5 times its matrix, at a temperature. */
function byHand(split: Split, temperature: number): number[] {
  const size = SIDE * SIDE * 3;
  return Array.from({ length: split.n }, (_, row) => {
    const pixels = Array.from(imagesOf(split, row, row + 1), (byte) => (byte / 255 - 0.5) / 0.5);
    const logits = LABELS.map((label) => {
      const k = THEIRS.indexOf(label);
      return pixels.reduce((sum, x, i) => sum + (x * Math.sin((3 * i + k) * 1.7)) / Math.sqrt(size), 0);
    });
    const powers = logits.map((logit) => Math.exp(logit / temperature));
    return powers.map((power) => power / powers.reduce((a, b) => a + b));
  }).flat();
}

it('the answers are the teacher’s to the pictures at its own size, class by class', async () => {
  const { recipes, data } = await asked();
  const [recipe] = recipes;
  expect(recipe.distill).toMatchObject({ temperature: 2, weight: 0.9 });
  const { train, labels } = await data();
  expect(labels).toEqual(LABELS);
  const folder = { ...recipe.folder, size: SIDE, valid: recipe.folder?.valid ?? 0 };
  const large = await loadPictures({ ...recipe, folder });
  const expected = byHand(large.train, 2);
  expect(train.teacher).toHaveLength(expected.length);
  // Measured: 1.3e-7.
  for (const [i, value] of expected.entries())
    expect(Math.abs((train.teacher?.[i] ?? 0) - value)).toBeLessThan(5e-7);
});

it('the loss is both losses by their shares, of a batch in parts as well', async () => {
  const { recipes, data } = await asked({ mixup: undefined, 'distill-weight': '0.7' });
  const dataset = await data();
  const plain: Recipe = {
    ...recipes[0],
    architecture: { name: 'fully-connected', units: [4], initializer: 'variance-scaling' },
  };
  const { train } = dataset;
  const n = plain.batchSize;
  const inputs = {
    images: imagesOf(train, 0, n),
    labels: Int32Array.from(train.labels.subarray(0, n)),
    targets: train.teacher?.slice(0, n * LABELS.length) ?? new Float32Array(),
    ...{ learningRate: 0.1, momentum: 0.9, step: 1, seed: [1, 2] as const },
  };
  const [whole, parts] = [1, 3].map((accumulate) => createTraining({ ...plain, accumulate }, dataset));
  const logits = whole?.logits(inputs.images) ?? new Float32Array();
  let expected = 0;
  for (let row = 0; row < n; row++) {
    const own = [...logits.subarray(row * 3, row * 3 + 3)];
    const logOf = (temperature: number) => {
      const sum = own.reduce((total, x) => total + Math.exp(x / temperature), 0);
      return own.map((x) => x / temperature - Math.log(sum));
    };
    const soft = [...inputs.targets.subarray(row * 3, row * 3 + 3)];
    const apart = soft.reduce((sum, p, k) => sum + p * (Math.log(p) - (logOf(2)[k] ?? 0)), 0);
    expected += (0.3 * -(logOf(1)[inputs.labels[row] ?? 0] ?? 0) + 0.7 * 4 * apart) / n;
  }
  const losses = [whole, parts].map((step) => step?.run(inputs).loss ?? Number.NaN);
  // Measured: 1e-7.
  for (const loss of losses) expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-6);
  for (const step of [whole, parts]) step?.dispose();
});

it('a training resumes to the byte, and asks the teacher no second time; its words train it again', async () => {
  const { recipes, data } = await asked();
  const [recipe] = recipes;
  const trained = async (every?: number) => {
    const run = createRun(join(place.path, 'runs'), recipe, {});
    await trainInPieces({ recipe, dataset: await loadTrainingData(recipe), run }, every);
    return readFileSync(run.last);
  };
  await data();
  const { distill } = recipe;
  renameSync(distill?.path ?? '', `${distill?.path}.gone`);
  const whole = await trained();
  expect((await trained(3)).equals(whole)).toBe(true);
  renameSync(`${distill?.path}.gone`, distill?.path ?? '');
  const again = trainWords(recipe);
  expect(again.join(' ')).toContain(
    `--distill ${distill?.path} --distill-temperature 2 --distill-weight 0.9`,
  );
  const { 'distill-temperature': _, distill: __, ...rest } = words;
  expect(
    (await recipeOfArguments(checkArguments(rest as typeof words & { runs: string }))).recipes[0],
  ).toEqual((({ distill: _teacher, ...others }) => others)(recipe));
});

it('what cannot be learned is refused, and said', async () => {
  const dataWith = async (changes: Record<string, string | undefined>) => (await asked(changes)).data();
  const at = (name: string) => join(place.path, name, 'model.onnx');
  await expect(dataWith({ distill: at('strange') })).rejects.toThrow(
    /does not know owl; it knows horse, which these data do not have/,
  );
  await expect(dataWith({ distill: at('bare') })).rejects.toThrow(/nothing says what its classes are/);
  await expect(dataWith({ distill: at('none') })).rejects.toThrow(/There is no file .*none.* for --distill/);
  await expect(dataWith({ distill: 'off' })).rejects.toThrow(/--distill-temperature belongs to a teacher/);
  await expect(dataWith({ 'distill-weight': '0' })).rejects.toThrow(/--distill-weight takes a share/);
  const card = { name: 'x', labels: LABELS, task: 'multi' } as unknown as Parameters<typeof classOrder>[0];
  expect(() => classOrder(card, LABELS, 'single')).toThrow(/of the task multi/);
  // Another file in its place is noticed where it would be asked.
  const { recipes } = await asked();
  const cache = process.env.TRAINYARD_CACHE ?? '';
  expect(readdirSync(join(cache, 'teachers'))).toHaveLength(1);
  rmSync(join(cache, 'teachers'), { recursive: true });
  place.write('teacher/card.json', cardOf(LABELS));
  await expect(loadTrainingData(recipes[0])).rejects.toThrow(
    /is not the teacher with which this training began/,
  );
});
