// Residual networks of basic blocks: ResNet-18 and smaller ones.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { z } from 'zod';
import { tf } from '../graph/tensorflow.ts';
import { relu } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv2d, globalAveragePool, maxPool } from '../layers/convolution.ts';
import { inParts, type Net } from '../layers/net.ts';
import { defineArchitecture } from './architecture.ts';
import { linearHead } from './head.ts';
import { count, dropoutRate } from './options.ts';

/**
 * `[N,H,W,C]` to `[N,classes]`, any size. Two blocks in each of four stages of 64 to 512 filters are ResNet-18.
 * He et al. 2015, https://arxiv.org/abs/1512.03385, table 1; where a stage begins, its shortcut is a 1x1 convolution
 * (option B of section 3.3).
 */
export const resnet = defineArchitecture({
  name: 'resnet',
  options: {
    /** Blocks of each stage. */
    blocks: z.array(count).min(1).default([2, 2, 2, 2]),
    /** Filters of each stage. */
    widths: z.array(count).min(1).default([64, 128, 256, 512]),
    /**
     * `large`: a 7x7 convolution and a maximum, each with stride 2, for photographs of 224x224; `small`: one 3x3
     * convolution, for pictures of 32x32 (section 4.2 of the paper).
     */
    stem: z.enum(['large', 'small']).default('large'),
    dropout: dropoutRate,
  },
  check: ({ blocks, widths }) =>
    blocks.length === widths.length
      ? undefined
      : `expected as many blocks as widths; received ${blocks.length} and ${widths.length}`,
  build: ({ blocks, widths, stem, dropout }, classes) =>
    inParts({
      maps(net, images) {
        let x =
          stem === 'large'
            ? largeStem(net, images, widths[0] ?? 0)
            : convolved(net, 'stem', images, widths[0] ?? 0);
        for (const [stage, filters] of widths.entries())
          for (let i = 0; i < (blocks[stage] ?? 0); i++) {
            const strides = i === 0 && stage > 0 ? 2 : 1;
            x = block(net, `stage${stage + 1}/block${i + 1}`, x, filters, strides);
          }
        return x;
      },
      pool: globalAveragePool,
      classify: linearHead({ classes, dropout }),
    }),
});

function largeStem(net: Net, images: Tensor, filters: number): Tensor {
  const x = conv2d(net, 'stem', images, { filters, kernel: 7, strides: 2, bias: false });
  return maxPool(relu(batchNorm(net, 'stem/norm', x)), 3, 'same', 2);
}

function convolved(net: Net, name: string, x: Tensor, filters: number, strides = 1): Tensor {
  const y = conv2d(net, name, x, { filters, kernel: 3, strides, bias: false });
  return relu(batchNorm(net, `${name}/norm`, y));
}

function block(net: Net, name: string, x: Tensor, filters: number, strides: number): Tensor {
  const first = convolved(net, `${name}/conv1`, x, filters, strides);
  const second = conv2d(net, `${name}/conv2`, first, { filters, kernel: 3, bias: false });
  const y = batchNorm(net, `${name}/conv2/norm`, second);
  if (strides === 1 && x.shape[3] === filters) return relu(tf.add(y, x));
  const projected = conv2d(net, `${name}/shortcut`, x, { filters, kernel: 1, strides, bias: false });
  return relu(tf.add(y, batchNorm(net, `${name}/shortcut/norm`, projected)));
}
