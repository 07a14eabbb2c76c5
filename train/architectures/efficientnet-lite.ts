// EfficientNet-Lite0 to 2: inverted residual blocks with ReLU6 and no squeeze-and-excitation.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { relu6 } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv2d, globalAveragePool } from '../layers/convolution.ts';
import { depthwiseConv2d } from '../layers/depthwise.ts';
import { inParts, type Net } from '../layers/net.ts';
import { defineArchitecture } from './architecture.ts';
import { linearHead } from './head.ts';
import { dropoutRate } from './options.ts';

/** Blocks of each stage of the smallest: how many, filters, side of the depthwise kernel, stride of the first, expansion. */
const STAGES = [
  { repeats: 1, filters: 16, kernel: 3, strides: 1, expansion: 1 },
  { repeats: 2, filters: 24, kernel: 3, strides: 2, expansion: 6 },
  { repeats: 2, filters: 40, kernel: 5, strides: 2, expansion: 6 },
  { repeats: 3, filters: 80, kernel: 3, strides: 2, expansion: 6 },
  { repeats: 3, filters: 112, kernel: 5, strides: 1, expansion: 6 },
  { repeats: 4, filters: 192, kernel: 5, strides: 2, expansion: 6 },
  { repeats: 1, filters: 320, kernel: 3, strides: 1, expansion: 6 },
] as const;
const STEM = 32;
const TOP = 1280;

/** The smallest, trained on 224x224, scaled as (byte - 127) / 128, as all of them are. */
export const efficientNetLite0 = efficientNetLite('efficientnet-lite0', 1, 1);

/** Trained on 240x240. */
export const efficientNetLite1 = efficientNetLite('efficientnet-lite1', 1, 1.1);

/** Trained on 260x260. */
export const efficientNetLite2 = efficientNetLite('efficientnet-lite2', 1.1, 1.2);

/**
 * `[N,H,W,3]` to `[N,classes]`, for any size.
 * Tan and Le 2019, https://arxiv.org/abs/1905.11946, table 1, as TensorFlow's efficientnet/lite has it: stem, top, and the
 * number of blocks in the first and the last stage are not scaled.
 * Batch norm keeps its moving statistics, also in training: those of a million pictures are better than those of a
 * small batch. Scales and shifts are trained.
 *
 * @param width - factor of the filters of each stage.
 * @param depth - factor of the blocks of each stage.
 */
function efficientNetLite<const Name extends string>(name: Name, width: number, depth: number) {
  const stages = STAGES.map((stage, i) => ({
    ...stage,
    filters: scaledFilters(stage.filters, width),
    repeats: i === 0 || i === STAGES.length - 1 ? stage.repeats : Math.ceil(stage.repeats * depth),
  }));
  return defineArchitecture({
    name,
    options: { dropout: dropoutRate },
    build: ({ dropout }, classes) =>
      inParts({
        maps(net, images) {
          const stem = conv2d(net, 'stem', images, { ...plain, filters: STEM, kernel: 3, strides: 2 });
          let x = norm(net, 'stem', stem);
          let count = 0;
          for (const { repeats, strides, ...stage } of stages)
            for (let i = 0; i < repeats; i++) {
              const first = i === 0 ? strides : 1;
              x = block(net, `block${++count}`, x, { ...stage, strides: first });
            }
          return norm(net, 'top', conv2d(net, 'top', x, { ...plain, filters: TOP, kernel: 1 }));
        },
        pool: globalAveragePool,
        classify: linearHead({ classes, dropout }),
      }),
  });
}

/** The nearest multiple of 8, and never less than nine tenths: `round_filters` of TensorFlow's efficientnet. */
function scaledFilters(filters: number, width: number): number {
  const wanted = filters * width;
  const near = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return near < 0.9 * wanted ? near + 8 : near;
}

const plain = { bias: false } as const;

interface BlockOptions {
  filters: number;
  kernel: number;
  strides: number;
  expansion: number;
}

function block(
  net: Net,
  name: string,
  x: Tensor,
  { filters, kernel, strides, expansion }: BlockOptions,
): Tensor {
  const inputs = x.shape[3] ?? 0;
  let y = x;
  if (expansion !== 1) {
    const wide = `${name}/expand`;
    y = norm(net, wide, conv2d(net, wide, y, { ...plain, filters: inputs * expansion, kernel: 1 }));
  }
  y = norm(net, `${name}/depthwise`, depthwiseConv2d(net, `${name}/depthwise`, y, { kernel, strides }));
  y = conv2d(net, `${name}/project`, y, { ...plain, filters, kernel: 1 });
  y = batchNorm(net, `${name}/project/norm`, y, { statistics: 'kept' });
  return strides === 1 && inputs === filters ? tf.add(y, x) : y;
}

function norm(net: Net, name: string, x: Tensor): Tensor {
  return relu6(batchNorm(net, `${name}/norm`, x, { statistics: 'kept' }));
}
