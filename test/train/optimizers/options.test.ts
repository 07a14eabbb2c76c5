// The options of optimizers and schedules: their defaults are those of who published them, and their limits hold.
import { describe, expect, it } from 'vitest';
import { createOptimizer, optimizerSchema } from '../../../train/optimizers/index.ts';
import { scheduleAt, scheduleSchema } from '../../../train/optimizers/schedules/index.ts';

const moments = ['adam', 'adamw', 'muon'] as const;

describe('an optimizer', () => {
  it.each(['sgd', 'momentum', 'nesterov'])('%s decays nothing by default, as torch.optim.SGD', (name) => {
    expect(optimizerSchema.parse({ name })).toEqual({ name, weightDecay: 0 });
  });

  it.each(moments)('%s has the betas and the epsilon of torch.optim.Adam', (name) => {
    expect(optimizerSchema.parse({ name })).toEqual({ name, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
  });

  const refused = [{ beta2: 0 }, { beta2: 1 }, { epsilon: 0 }, { weightDecay: -1e-9 }, { momentum: 0.9 }];
  it.each(moments.flatMap((name) => refused.map((options) => ({ name, ...options }))))(
    '%o is refused',
    (options) => {
      expect(optimizerSchema.safeParse(options).success).toBe(false);
    },
  );
});

const warmed = { momentum: 0.9, warmUp: 0, start: 0 };
const defaults = {
  constant: warmed,
  step: { ...warmed, at: [0.5, 0.75], gamma: 0.1 },
  cosine: { ...warmed, end: 0 },
  // fastai's fit_flat_cos: pct_start=0.75, div_final=1e5.
  'flat-cosine': { ...warmed, flat: 0.75, end: 1e-5 },
  // airbench94.py: triangle(total_train_steps, start=0.2, end=0.07, peak=0.23).
  triangle: { momentum: 0.9, warmUp: 0.23, start: 0.2, end: 0.07 },
  // fastai's fit_one_cycle: div=25., div_final=1e5, pct_start=0.25, moms=(0.95, 0.85, 0.95).
  'one-cycle': { warmUp: 0.25, divide: 25, divideFinal: 1e5, momentum: [0.95, 0.85, 0.95] },
};

describe('a schedule', () => {
  it.each(Object.entries(defaults))('%s has its defaults', (name, options) => {
    expect(scheduleSchema.parse({ name, learningRate: 0.1 } as never)).toEqual({
      name,
      learningRate: 0.1,
      ...options,
    });
  });

  const warming = [
    { warmUp: -0.01 },
    { warmUp: 1 },
    { start: -0.01 },
    { start: 1.01 },
    { momentum: -0.1 },
    { momentum: 1 },
  ];
  const refused = {
    constant: warming,
    step: [...warming, { at: [] }, { at: [1.01] }, { at: [-0.01] }, { gamma: 0 }, { gamma: 1 }],
    cosine: [...warming, { end: -0.01 }, { end: 1.01 }],
    'flat-cosine': [...warming, { flat: -0.01 }, { flat: 1 }, { end: 1.01 }],
    triangle: [...warming, { warmUp: 0 }, { end: 1.01 }],
    'one-cycle': [
      { warmUp: 0 },
      { warmUp: 1 },
      { divide: 0 },
      { divideFinal: 0 },
      { momentum: 0.9 },
      { momentum: [0.95, 0.85] },
    ],
  };
  const cases = Object.entries(refused).flatMap(([name, list]) =>
    [...list, { learningRate: 0 }].map((options) => ({ name, learningRate: 0.1, ...options })),
  );
  it.each(cases)('%o is refused', (options) => {
    expect(scheduleSchema.safeParse(options).success).toBe(false);
  });

  const taken = [
    { name: 'constant', warmUp: 0.99, start: 1, momentum: 0 },
    { name: 'step', at: [0, 1], gamma: 0.99 },
    { name: 'cosine', end: 1 },
    { name: 'flat-cosine', flat: 0, end: 0 },
    { name: 'triangle', warmUp: 0.01, start: 0, end: 0 },
    { name: 'one-cycle', momentum: [0.9, 0, 1] },
  ];
  it.each(taken)('%o is taken as it is', (options) => {
    expect(scheduleSchema.parse({ learningRate: 0.1, ...options } as never)).toMatchObject(options);
  });
});

it('names what it looked for where there is none of that name', () => {
  expect(() => createOptimizer({ name: 'adamx', weightDecay: 0 })).toThrow('There is no optimizer "adamx".');
  expect(() => scheduleAt({ name: 'cosinus', learningRate: 1 }, 0)).toThrow(
    'There is no schedule "cosinus".',
  );
});
