// Every optimizer follows PyTorch for 50 steps: same gradients, same changing learning rate and momentum.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { groupSchema } from '../../../train/optimizers/groups.ts';
import { optimizerSchema } from '../../../train/optimizers/index.ts';
import { createUpdater } from '../../../train/optimizers/updater.ts';
import { CLIP, difference, example, gradient, reference, scalars, shapes } from '../torch/example.ts';

const STEPS = 50;
const KEPT = [1, 10, 50];

// Of the largest weight; float32 has steps of 1.2e-7. Measured at step 50: 1.0e-7 (clip) to 2.0e-7 (muon, whose
// Newton-Schulz iteration reference.py runs in float32 too: PyTorch's own rounds to bfloat16); 3.1e-7 with AVX2 alone.
const TOLERANCE = 4e-7;

interface Case {
  /** As reference.py calls it. */
  name: string;
  optimizer: Parameters<typeof optimizerSchema.parse>[0];
  groups?: object[];
  clipNorm?: number;
}

const cases: Case[] = [
  { name: 'sgd', optimizer: { name: 'sgd' } },
  { name: 'sgd-decay', optimizer: { name: 'sgd', weightDecay: 0.01 } },
  { name: 'momentum', optimizer: { name: 'momentum', weightDecay: 0.01 } },
  { name: 'nesterov', optimizer: { name: 'nesterov', weightDecay: 0.01 } },
  { name: 'adam', optimizer: { name: 'adam' } },
  { name: 'adam-decay', optimizer: { name: 'adam', weightDecay: 0.01 } },
  { name: 'adamw', optimizer: { name: 'adamw', weightDecay: 0.1 } },
  { name: 'muon', optimizer: { name: 'muon', weightDecay: 0.1 } },
  {
    name: 'groups',
    optimizer: { name: 'nesterov', weightDecay: 0.01 },
    groups: [
      { match: '^kernel$', learningRate: 0.5 },
      { match: '^bias$', learningRate: 4, weightDecay: 0 },
    ],
  },
  { name: 'clip', optimizer: { name: 'momentum', weightDecay: 0.01 }, clipNorm: CLIP },
];

describe('against PyTorch 2.13, every weight after 1, 10 and 50 steps', () => {
  it.each(cases)('$name', ({ name, optimizer, groups = [], clipNorm = 0 }) => {
    const weights = new Map(
      Object.entries(shapes).map(([key, shape], p) => [
        key,
        tf.variable(tensor(shape, (size) => example(p, 0, size))),
      ]),
    );
    const options = { optimizer: optimizerSchema.parse(optimizer), clipNorm };
    const updater = createUpdater({ ...options, groups: groups.map((g) => groupSchema.parse(g)) }, weights);
    for (let k = 1; k <= STEPS; k++) {
      tf.tidy(() => {
        const gradients = Object.entries(shapes).map(
          ([key, shape], p) => [key, tensor(shape, (size) => gradient(p, k, size))] as const,
        );
        const { learningRate, momentum, step } = scalars(k);
        updater.apply(new Map(gradients), {
          learningRate: tf.scalar(learningRate),
          momentum: tf.scalar(momentum),
          step: tf.scalar(step),
        });
      });
      if (!KEPT.includes(k)) continue;
      for (const [key, weight] of weights) {
        const distance = difference(weight.dataSync(), reference(`${name}/${k}/${key}`));
        expect(distance, `${key} at step ${k}`).toBeLessThanOrEqual(TOLERANCE);
      }
    }
  });
});

function tensor(shape: number[], values: (size: number) => Float32Array): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(values(size), shape, 'float32');
}
