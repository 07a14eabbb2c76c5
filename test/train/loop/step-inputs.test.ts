// What a step does with what it is given: mixtures, moments from which weights stay as they are, views, tasks that train together.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../train/cluster/join.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { flatten } from '../../../train/layers/convolution.ts';
import { dense } from '../../../train/layers/dense.ts';
import {
  type Architecture,
  createParameters,
  disposeParameters,
  type NetworkParts,
} from '../../../train/layers/net.ts';
import { createExtractor } from '../../../train/loop/features.ts';
import { type Span, spansOf } from '../../../train/loop/spans.ts';
import { type Stage, stageFor } from '../../../train/loop/stages.ts';
import { createStep, type StepInputs } from '../../../train/loop/step.ts';
import { required } from '../../../train/loop/step-functions.ts';
import { random } from '../../../train/random.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import type { RecipeInput } from '../../../train/recipes/recipe.ts';

const BATCH = 8;
const SHAPE = [4, 4, 1] as const;
const SIZE = 16;

const linear: Architecture = (net, images) =>
  dense(net, 'logits', dense(net, 'hidden', flatten(images), { units: 6 }), { units: 3 });

function stepOf(changes: Partial<RecipeInput>, cluster?: Cluster) {
  const recipe = findRecipe('digits', { batchSize: BATCH, augment: {}, ...changes });
  const parameters = createParameters(linear, SHAPE, 3);
  const step = createStep(recipe, linear, parameters, SHAPE, undefined, cluster);
  disposeParameters(parameters);
  return step;
}

function inputsOf(step: number, changes: Partial<StepInputs> = {}): StepInputs {
  const next = random(step, 'pictures');
  return {
    images: Uint8Array.from({ length: BATCH * SIZE }, () => next() * 256),
    labels: Int32Array.from({ length: BATCH }, (_, i) => i % 3),
    ...{ learningRate: 0.05, momentum: 0.9, step, seed: [step, 7] },
    ...changes,
  };
}

it.each([1, 2])('of a batch in %d parts, it counts the right answers', (accumulate) => {
  const step = stepOf({ accumulate });
  const inputs = inputsOf(1);
  const logits = step.logits(inputs.images);
  const answers = Array.from({ length: BATCH }, (_, i) => {
    const row = [...logits.subarray(i * 3, i * 3 + 3)];
    return row.indexOf(Math.max(...row));
  });
  // Some are right, whatever the first weights are, and some are not.
  const labels = Int32Array.from(answers, (answer, i) => (i < 5 ? answer : (answer + 1) % 3));
  expect(step.run({ ...inputs, labels }).correct).toBe(5);
  step.dispose();
});

it('a stage goes on where the next epoch is one of it; else it is brought into the network and closed, then the next is opened', async () => {
  const span = (frozen: boolean) => ({ ...spansOf(findRecipe('digits'), 1)[0], frozen }) as Span;
  const done: string[] = [];
  const stageOf = (frozen: boolean) =>
    ({
      span: span(frozen),
      sync: () => void done.push('sync'),
      close: async () => void done.push('close'),
    }) as unknown as Stage; // what the rest of a stage is does not matter
  const next = stageOf(false);
  const open = async ({ frozen }: Span) => {
    done.push(`open ${frozen}`);
    return next;
  };
  for (const frozen of [true, false]) {
    const stage = stageOf(frozen);
    expect(await stageFor(stage, span(frozen), open)).toBe(stage);
  }
  expect(done).toEqual([]);
  expect(await stageFor(stageOf(true), span(false), open)).toBe(next);
  expect(done).toEqual(['sync', 'close', 'open false']);
});

describe('a mixture', () => {
  const others = Int32Array.from({ length: BATCH }, (_, i) => (i * 2 + 1) % 3);
  const shares = Float32Array.from({ length: BATCH }, (_, i) => (i + 1) / 10);

  it.each([1, 2])('is the loss of both labels by their shares, in %d parts', (accumulate) => {
    const step = stepOf({ augment: { mixup: 0.2 }, accumulate });
    const still = { learningRate: 0 };
    const loss = (changes: Partial<StepInputs>) => step.run(inputsOf(1, { ...still, ...changes })).loss;
    const { labels } = inputsOf(1);
    // By a picture at a time: the mean of a batch is theirs.
    const alone = (own: Int32Array, i: number) =>
      loss({ labels: own, others: labels, shares: Float32Array.from(labels, (_, k) => Number(k === i)) }) -
      loss({ labels: own, others: labels, shares: new Float32Array(BATCH) });
    const expected = labels.reduce((sum, _, i) => sum + (1 - (shares[i] ?? 0)) * alone(others, i), 0);
    expect(loss({ others, shares }) - loss({})).toBeCloseTo(expected, 5);
    expect(Math.abs(expected)).toBeGreaterThan(0.01);
    step.dispose();
  });

  it('of several labels is made before: a step takes their targets as they are', () => {
    const step = stepOf({ task: 'multi', augment: { mixup: 0.2 } });
    const targets = Float32Array.from({ length: BATCH * 3 }, (_, i) => (i % 4) / 3);
    const logits = step.logits(inputsOf(1).images);
    // Sigmoid cross-entropy, softplus(x) - x y, its mean over pictures and labels.
    const each = targets.map((y, i) => Math.log1p(Math.exp(logits[i] ?? 0)) - (logits[i] ?? 0) * y);
    const expected = each.reduce((sum, loss) => sum + loss, 0) / each.length;
    expect(step.run(inputsOf(1, { targets })).loss).toBeCloseTo(expected, 6);
    step.dispose();
  });

  it('that is left out is none', () => {
    const [mixing, plain] = [stepOf({ augment: { mixup: 0.2 } }), stepOf({})];
    for (let k = 1; k <= 3; k++) {
      const [a, b] = [mixing.run(inputsOf(k)), plain.run(inputsOf(k))];
      expect(a.correct).toBe(b.correct);
      expect(a.loss).toBeCloseTo(b.loss, 6);
    }
    mixing.dispose();
    plain.dispose();
  });
});

it('of a batch in parts, each part has the targets of its own pictures', () => {
  const targets = Float32Array.from({ length: BATCH * 3 }, (_, i) => Number((i * 7) % 5 < 2));
  const losses = [1, 2, 4].map((accumulate) => {
    const step = stepOf({ task: 'multi', accumulate });
    const { loss } = step.run(inputsOf(1, { targets }));
    step.dispose();
    return loss;
  });
  expect(losses.map((loss) => loss / (losses[0] ?? 0))).toEqual([
    1,
    expect.closeTo(1, 6),
    expect.closeTo(1, 6),
  ]);
});

it.each([1, 2])('weights stay as they are from their moment on, others learn, in %d parts', (accumulate) => {
  const step = stepOf({ accumulate, groups: [{ match: '^hidden/', until: 0.5 }] });
  const moved = (done: number | undefined) => {
    const before = step.read();
    step.run(inputsOf(1, done === undefined ? {} : { done }));
    const after = step.read();
    return ['hidden/kernel', 'logits/kernel'].map(
      (name) => `${after.get(name)}` !== `${before.get(name)}` && after.has(name),
    );
  };
  for (const done of [undefined, 0, 0.49]) expect(moved(done), `${done}`).toEqual([true, true]);
  for (const done of [0.5, 1]) expect(moved(done), `${done}`).toEqual([false, true]);
  step.dispose();
});

it('averaged logits are the mean over a picture and its mirror image, others its own', () => {
  const [plain, mirrored] = [stepOf({}), stepOf({ tta: 'mirror' })];
  const { images } = inputsOf(1);
  const mirror = images.map((_, i) => images[i - (i % 4) + 3 - (i % 4)] ?? 0);
  const [own, other] = [plain.logits(images), plain.logits(mirror)];
  expect([...mirrored.logits(images)]).toEqual([...own]);
  expect([...plain.averagedLogits(images)]).toEqual([...own]);
  for (const [i, value] of mirrored.averagedLogits(images).entries())
    expect(value).toBeCloseTo(((own[i] ?? 0) + (other[i] ?? 0)) / 2, 5);
  plain.dispose();
  mirrored.dispose();
});

describe('tasks that train together', () => {
  const half = BATCH / 2;

  /** Two tasks, the other one of which computes what this one does. */
  function twins(stop: boolean) {
    const disposed: string[] = [];
    const given: string[][] = [];
    const own = {
      ...{ task: 0, size: 2 },
      openExchange: (values: readonly { name: string; merge: string }[], count: number) => {
        given.push([...values.map(({ name, merge }) => `${merge} ${name}`), `${count}`]);
        return {
          run: (tensors: ReadonlyMap<string, Tensor>, results: readonly number[]) => ({
            merged: new Map([...tensors].map(([name, tensor]) => [name, tf.mul(tensor, 2)])),
            results: [...results, ...results.slice(0, 2), Number(stop)],
          }),
          dispose: () => void disposed.push('exchange'),
        };
      },
      copyFirst: (values: ReadonlyMap<string, Tensor>) =>
        new Map([...values].map(([name, tensor]) => [name, tf.add(tensor, 1)])),
    };
    // A step asks no more of its cluster.
    return { cluster: own as unknown as Cluster, given, disposed };
  }

  it('do what one does that computes their parts one after the other', () => {
    const { cluster, given, disposed } = twins(false);
    const groups = [{ match: '^hidden/', until: 0.5 }];
    const [alone, together] = [stepOf({ accumulate: 2, groups }), stepOf({ accumulate: 2, groups }, cluster)];
    expect(given.map((names) => names.toSorted())).toEqual([
      [
        '3',
        ...['hidden/bias', 'hidden/kernel', 'logits/bias', 'logits/kernel'].map((name) => `sum sum/${name}`),
      ],
      ['3', 'sum sum/logits/bias', 'sum sum/logits/kernel'],
    ]);
    for (let k = 1; k <= 4; k++) {
      const all = inputsOf(k, { done: k / 5 });
      const part = { images: all.images.subarray(0, half * SIZE), labels: all.labels.subarray(0, half) };
      const twice = {
        images: Uint8Array.of(...part.images, ...part.images),
        labels: Int32Array.of(...part.labels, ...part.labels),
      };
      const [a, b] = [alone.run({ ...all, ...twice }), together.run({ ...all, ...part })];
      expect(b).toEqual({ correct: a.correct, loss: expect.closeTo(a.loss, 6), stop: false });
    }
    const state = together.read();
    for (const [name, expected] of alone.read())
      for (const [i, value] of expected.entries()) expect(state.get(name)?.[i], name).toBeCloseTo(value, 5);
    together.dispose();
    alone.dispose();
    expect(disposed).toEqual(['exchange', 'exchange']);
  });

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('all end when one wants to: own %s, other %s', (own, other) => {
    const step = stepOf({ accumulate: 2 }, twins(other).cluster);
    const { images, labels } = inputsOf(1);
    const part = { images: images.subarray(0, half * SIZE), labels: labels.subarray(0, half) };
    expect(step.run(inputsOf(1, { ...part, stop: own })).stop).toBe(own || other);
    expect(step.run(inputsOf(2, part)).stop).toBe(other);
    step.dispose();
  });

  it('take what the first one has, and one alone keeps its own', () => {
    const [alone, together] = [stepOf({}), stepOf({ accumulate: 2 }, twins(false).cluster)];
    for (const [step, more] of [
      [alone, 0],
      [together, 1],
    ] as const) {
      const before = step.read();
      step.copyFirst();
      const after = step.read();
      expect(after.size).toBe(before.size);
      for (const [name, values] of before)
        expect([...(after.get(name) ?? [])], name).toEqual(
          [...values].map((value) => Math.fround(value + more)),
        );
      step.dispose();
    }
  });
});

it('features are what the first two parts of a network make of standardized pictures', async () => {
  const parts: NetworkParts = {
    maps: (_, images) => images,
    pool: (images) => tf.sum(images, [1, 2]),
    classify: (_, features) => features,
  };
  const parameters = createParameters(linear, SHAPE, 1);
  const standardize = {
    ...findRecipe('digits').standardize,
    mean: [0.1, 0.2, 0.3],
    deviation: [0.5, 0.25, 0.125],
  };
  const extractor = createExtractor(parts, parameters, new Map(), standardize, [2, 2, 3]);
  disposeParameters(parameters);
  expect(extractor.features).toBe(3);
  const images = Uint8Array.from({ length: 5 * 12 }, (_, i) => (i * 7) & 255);
  const expected = Array.from({ length: 15 }, (_, i) => {
    const channel = i % 3;
    const pixels = [0, 3, 6, 9].map((at) => images[Math.floor(i / 3) * 12 + at + channel] ?? 0);
    return pixels.reduce((sum, pixel) => sum + (pixel / 255 - (channel + 1) / 10) * 2 ** (channel + 1), 0);
  });
  const made = await extractor.extract(images);
  expect(made).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(made[i]).toBeCloseTo(value, 3);
  await extractor.close();
});

it('what a step lacks is said', () => {
  expect(() => required(undefined, 'seed')).toThrow('the step lacks its seed');
  expect(required(0, 'seed')).toBe(0);
});
