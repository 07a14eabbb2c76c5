// Optimizers, schedules and transforms of one's own that give what is no weight, rate or picture: told by their names.
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { definitionBehind } from '../../../train/project/chosen.ts';
import { defineOptimizer, defineSchedule } from '../../../train/project/define-rule.ts';
import { defineTransform } from '../../../train/project/define-transform.ts';

const refusal = (words: RegExp) =>
  expect.objectContaining({ name: 'UserError', message: expect.stringMatching(words) });

describe('a schedule', () => {
  // As somebody without types writes it.
  const at = (given: unknown) => {
    const own = defineSchedule({ name: 'own', at: given as never })({ learningRate: 1 });
    return definitionBehind('schedule', own)?.at({ learningRate: 1 }, 0.5);
  };

  it('gives what it gives', () => {
    expect(at(() => ({ learningRate: 0.1, momentum: 0 }))).toEqual({ learningRate: 0.1, momentum: 0 });
  });

  it.each([
    [5, /^The schedule own has no function at: expected/],
    [() => undefined, /^The schedule own gives undefined at 0\.5: expected \{ learningRate, momentum \}/],
    [() => ({ learningRate: Number.NaN, momentum: 0 }), /gives \{ learningRate: NaN, momentum: 0 \} at 0\.5/],
    [() => ({ learningRate: 0.1, momentum: '0' }), /gives \{ learningRate: 0\.1, momentum: '0' \}/],
    [() => JSON.parse('{'), /^The schedule own fails: SyntaxError: .*rules\.test\.ts/],
  ])('that is %s is told', (given, words) => {
    expect(() => at(given)).toThrow(refusal(words));
  });
});

describe('an optimizer', () => {
  const weight = tf.zeros([2, 3]);
  const step = (given: unknown) => {
    const own = defineOptimizer({ name: 'own', build: given as never })();
    return definitionBehind('optimizer', own)
      ?.build({ weightDecay: 0 })
      .update(weight, weight, {}, { learningRate: weight, momentum: weight, step: weight });
  };
  const rule = (update: unknown) => () => ({ slots: () => [], update: () => update });

  it('gives what it gives', () => {
    const update = { weight: tf.ones([2, 3]), slots: {} };
    expect(step(rule(update))).toBe(update);
  });

  it.each([
    [5, /^The optimizer own has no function build/],
    [() => undefined, /^The optimizer own builds undefined: expected \{ slots/],
    [() => ({ update: () => {} }), /builds \{ update: \[Function: update\] \}/],
    [rule(undefined), /gives undefined for a weight of shape \[2,3\]: expected \{ weight, slots \}/],
    [
      rule({ weight: tf.zeros([3]), slots: {} }),
      /gives a weight of shape \[3\] for a weight of shape \[2,3\]/,
    ],
    [rule({ weight, slots: null }), /gives a weight of shape \[2,3\] for a weight/],
  ])('that is %s is told', (given, words) => {
    expect(() => step(given)).toThrow(refusal(words));
  });
});

describe('a transform', () => {
  const apply = (image: Uint8Array, given: unknown) => {
    const own = defineTransform({ name: 'own', apply: given as never })();
    const at = { seed: 1, epoch: 1, index: 0 };
    const context = { shape: [1, 3, 1], options: { own: {} }, at, draws: () => () => 0.5 } as const;
    return definitionBehind('transform', own)?.apply(image, context);
  };

  it('that writes into its picture changes no data: the next epoch sees what this one saw', () => {
    const data = new Uint8Array(new SharedArrayBuffer(3)).fill(7);
    const inverted = (image: Uint8Array) => image.fill(255 - (image[0] ?? 0));
    for (let epoch = 0; epoch < 2; epoch++)
      expect([...(apply(data, inverted) ?? [])]).toEqual([248, 248, 248]);
    expect([...data]).toEqual([7, 7, 7]);
  });

  it.each([
    [() => undefined, /^The transform own gives a value of type undefined for a picture of 3 bytes/],
    [() => new Uint8Array(2), /gives 2 bytes for a picture of 3 bytes: expected a Uint8Array as long as/],
  ])('that is %s is told', (given, words) => {
    expect(() => apply(new Uint8Array(3), given)).toThrow(refusal(words));
  });
});
