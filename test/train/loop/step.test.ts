// What a step does around the optimizer: parts of a batch add up to it, slow copies follow a plain loop.
import { describe, expect, it } from 'vitest';
import { relu } from '../../../train/layers/activations.ts';
import { batchNorm } from '../../../train/layers/batch-norm.ts';
import { conv2d, flatten } from '../../../train/layers/convolution.ts';
import { dense } from '../../../train/layers/dense.ts';
import { dropout } from '../../../train/layers/dropout.ts';
import { type Architecture, createParameters, disposeParameters } from '../../../train/layers/net.ts';
import { createStep, type StepInputs, type TrainingStep } from '../../../train/loop/step.ts';
import { random } from '../../../train/random.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import type { RecipeInput } from '../../../train/recipes/recipe.ts';
import { difference } from '../torch/example.ts';

const BATCH = 16;

/** No batch norm, so that the pictures of a batch do not depend on each other. */
const plain: Architecture = (net, images) => {
  const x = relu(conv2d(net, 'conv', images, { filters: 8, kernel: 3, strides: 2 }));
  return dense(net, 'logits', flatten(x), { units: 4 });
};

const normed: Architecture = (net, images) => {
  const x = conv2d(net, 'conv', images, { filters: 8, kernel: 3, bias: false });
  return dense(net, 'logits', flatten(relu(batchNorm(net, 'norm', x))), { units: 4 });
};

const dropping: Architecture = (net, images) =>
  dense(net, 'logits', dropout(net, 'dropout', flatten(images), 0.5), { units: 4 });

function stepOf(changes: Partial<RecipeInput>, architecture = plain): TrainingStep {
  const recipe = findRecipe('digits', { batchSize: BATCH, ...changes });
  const parameters = createParameters(architecture, [8, 8, 1], 3);
  const step = createStep(recipe, architecture, parameters, [8, 8, 1]);
  disposeParameters(parameters);
  return step;
}

function inputsOf(step: number, changes: Partial<StepInputs> = {}): StepInputs {
  const next = random(step, 'pictures');
  return {
    images: Uint8Array.from({ length: BATCH * 64 }, () => next() * 256),
    labels: Int32Array.from({ length: BATCH }, () => next() * 4),
    learningRate: 0.05,
    momentum: 0.9,
    step,
    seed: [step, 7],
    ...changes,
  };
}

describe('gradient accumulation', () => {
  // The sums are in another order. Measured over 10 steps: 1.2e-7 of the loss, 7.1e-7 of the largest weight.
  const [LOSS, WEIGHT] = [3e-7, 1.5e-6];
  it.each(['momentum', 'adamw'] as const)('four parts are one batch: %s', (name) => {
    const optimizer = { name, weightDecay: 0.01 };
    const [whole, parts] = [stepOf({ optimizer }), stepOf({ optimizer, accumulate: 4 })];
    for (let k = 1; k <= 10; k++) {
      const [a, b] = [whole, parts].map((step) => step.run(inputsOf(k, { learningRate: 0.01 })));
      expect(b?.correct).toBe(a?.correct);
      expect(Math.abs((b?.loss ?? Number.NaN) / (a?.loss ?? 0) - 1)).toBeLessThanOrEqual(LOSS);
    }
    const values = parts.read();
    for (const [key, expected] of whole.read())
      expect(difference(values.get(key) ?? [], expected), key).toBeLessThanOrEqual(WEIGHT);
    for (const [key, sum] of values)
      if (key.startsWith('sum/'))
        expect(
          sum.every((value) => value === 0),
          key,
        ).toBe(true);
    whole.dispose();
    parts.dispose();
  });

  it('draws another mask for every part', () => {
    const all = inputsOf(1, { images: new Uint8Array(BATCH * 64).fill(255), labels: new Int32Array(BATCH) });
    const quarter = { ...all, images: all.images.subarray(0, 4 * 64), labels: all.labels.subarray(0, 4) };
    const [four, first] = [stepOf({ accumulate: 4 }, dropping), stepOf({ batchSize: 4 }, dropping)];
    // All pictures are equal: under one mask the mean over four parts would be the loss of the first.
    expect(four.run(all).loss).not.toBeCloseTo(first.run(quarter).loss, 4);
    four.dispose();
    first.dispose();
  });
});

describe('slow copies', () => {
  it('the average is decay * average + (1 - decay) * weight, statistics too, to the bit', () => {
    const step = stepOf({ average: { decay: 0.99 } }, normed);
    const slow = new Map([...step.read()].filter(([name]) => name.startsWith('average/')));
    expect(slow.size).toBe(7);
    for (let k = 1; k <= 20; k++) {
      step.run(inputsOf(k));
      const decay = Math.min(0.9, k / 10);
      step.blend('average', decay);
      follow(slow, step.read(), 'average/', decay);
    }
    const state = step.read();
    for (const [name, expected] of slow) expect([...(state.get(name) ?? [])], name).toEqual([...expected]);
    step.dispose();
  });

  it('lookahead puts the weights back to the slow ones, to the bit', () => {
    const step = stepOf({ lookahead: { every: 5, decay: 0.8 } });
    const slow = new Map([...step.read()].filter(([name]) => name.startsWith('lookahead/')));
    for (let k = 1; k <= 20; k++) {
      step.run(inputsOf(k));
      if (k % 5 !== 0) continue;
      const before = step.read();
      step.blend('lookahead', 0.8);
      follow(slow, before, 'lookahead/', 0.8);
      const after = step.read();
      for (const [name, expected] of slow) {
        const weight = name.slice('lookahead/'.length);
        expect([...(after.get(name) ?? [])], name).toEqual([...expected]);
        expect([...(after.get(weight) ?? [])], weight).toEqual([...expected]);
        expect([...(before.get(weight) ?? [])], weight).not.toEqual([...expected]);
      }
    }
    step.dispose();
  });

  it('logits are the averaged weights’', () => {
    const step = stepOf({ average: { decay: 0.5 } });
    const { images } = inputsOf(0);
    const before = step.logits(images);
    step.run(inputsOf(1));
    expect([...step.logits(images)]).toEqual([...before]);
    step.blend('average', 0);
    expect([...step.logits(images)]).not.toEqual([...before]);
    step.dispose();
  });
});

describe('dropout in the compiled step', () => {
  it('is a function of the seed that the step is given', () => {
    const step = stepOf({}, dropping);
    const loss = (seed: readonly [number, number]) => step.run(inputsOf(1, { learningRate: 0, seed })).loss;
    const first = loss([1, 2]);
    expect(loss([1, 2])).toBe(first);
    expect(loss([2, 2])).not.toBe(first);
    expect(loss([1, 3])).not.toBe(first);
    step.dispose();
  });
});

/** What the copies should become, in float32 as TensorFlow computes it. */
function follow(
  slow: Map<string, Float32Array>,
  state: ReadonlyMap<string, Float32Array>,
  prefix: string,
  decay: number,
): void {
  const d = Math.fround(decay);
  const rest = Math.fround(1 - d);
  for (const [name, copy] of slow) {
    const weight = state.get(name.slice(prefix.length)) ?? new Float32Array();
    slow.set(
      name,
      copy.map((value, i) => Math.fround(value * d) + Math.fround((weight[i] ?? Number.NaN) * rest)),
    );
  }
}
