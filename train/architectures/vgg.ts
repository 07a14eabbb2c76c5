// A VGG for 32x32 pictures: ten 3x3 convolutions in four stages, two fully connected layers.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { z } from 'zod';
import { tf } from '../graph/tensorflow.ts';
import { relu } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv2d, flatten, maxPool } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import { dropout } from '../layers/dropout.ts';
import { heNormal } from '../layers/initializers.ts';
import { inParts, type Net } from '../layers/net.ts';
import { defineArchitecture } from './architecture.ts';
import { count, dropoutRate } from './options.ts';

/** Convolutions of each stage, which ends in a maximum over 2x2. */
const DEPTHS = [2, 2, 3, 3] as const;

const SIDE = 32;

/**
 * `[N,H,W,C]` to `[N,classes]`; pictures smaller than 32x32 are padded to that.
 * Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556, configuration C's widths with 3x3 kernels throughout,
 * without its fifth stage, for which 32x32 is too small.
 */
export const vgg = defineArchitecture({
  name: 'vgg',
  options: {
    /** Normalizes after every convolution; the convolutions then have no bias. */
    batchNorm: z.boolean().default(true),
    /** After the first fully connected layer. */
    dropout: dropoutRate,
    /** Filters of the four stages: those of the paper if left out. */
    widths: z.tuple([count, count, count, count]).default([64, 128, 256, 512]),
    /** Units of the first fully connected layer. */
    hidden: count.default(4096),
  },
  build: (options, classes) =>
    inParts({
      maps(net, images) {
        let x = padded(images);
        for (const [stage, depth] of DEPTHS.entries()) {
          if (stage > 0) x = maxPool(x);
          const filters = options.widths[stage] ?? 0;
          for (let i = 1; i <= depth; i++)
            x = block(net, `conv${stage + 1}_${i}`, x, filters, options.batchNorm);
        }
        return x;
      },
      pool: (maps) => flatten(maxPool(maps)),
      classify(net, features) {
        const x = relu(dense(net, 'hidden', features, { units: options.hidden, initializer: heNormal }));
        return dense(net, 'logits', dropout(net, 'dropout', x, options.dropout), { units: classes });
      },
    }),
});

function block(net: Net, name: string, x: Tensor, filters: number, normalized: boolean): Tensor {
  const y = conv2d(net, name, x, { filters, kernel: 3, bias: !normalized });
  return relu(normalized ? batchNorm(net, `${name}/norm`, y) : y);
}

/** Mirrors the pictures at their edges, so that a digit's background goes on. */
function padded(images: Tensor): Tensor {
  const [, height = SIDE, width = SIDE] = images.shape;
  if (height >= SIDE && width >= SIDE) return images;
  const [rows, columns] = [Math.max(0, SIDE - height), Math.max(0, SIDE - width)];
  const around = (n: number): [number, number] => [Math.floor(n / 2), Math.ceil(n / 2)];
  return tf.mirrorPad(images as Tensor4D, [[0, 0], around(rows), around(columns), [0, 0]], 'reflect');
}
