// The airbench94 network: whitening first layer, six convolutions that start as identities, GELU, no residuals.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { z } from 'zod';
import { tf } from '../graph/tensorflow.ts';
import { gelu } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv2d, flatten, maxPool } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import { dirac, torchUniform } from '../layers/initializers.ts';
import { inParts, type Net } from '../layers/net.ts';
import { whitening } from '../layers/whitening.ts';
import { defineArchitecture } from './architecture.ts';
import { count } from './options.ts';

/** Side of the whitening kernel, and the scale of the logits (arXiv 2404.00498, appendix A). */
const PATCH = 2;
const SCALE = 1 / 9;

/**
 * `[N,32,32,C]` to `[N,classes]`.
 * Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", https://arxiv.org/abs/2404.00498, and
 * https://github.com/KellerJordan/cifar10-airbench, legacy/airbench94.py.
 */
export const airbench = defineArchitecture({
  name: 'airbench',
  options: {
    /** Filters of the three groups. */
    widths: z.tuple([count, count, count]),
  },
  build: ({ widths }, classes) =>
    inParts({
      maps(net, images) {
        const filters = 2 * PATCH * PATCH * (images.shape[3] ?? 0);
        const first = { filters, kernel: PATCH, padding: 'valid', initializer: whitening } as const;
        let x = gelu(conv2d(net, 'whiten', images, first));
        for (const [i, width] of widths.entries()) x = group(net, `group${i + 1}`, x, width);
        return x;
      },
      pool: (maps) => flatten(maxPool(maps, 3, 'valid')),
      classify(net, features) {
        const options = { units: classes, bias: false, initializer: torchUniform } as const;
        return tf.mul(dense(net, 'logits', features, options), SCALE);
      },
    }),
});

function group(net: Net, name: string, x: Tensor, filters: number): Tensor {
  const options = { filters, kernel: 3, bias: false, initializer: dirac } as const;
  const wide = maxPool(conv2d(net, `${name}/conv1`, x, options), 2, 'valid');
  const narrow = norm(net, `${name}/norm1`, wide);
  return norm(net, `${name}/norm2`, conv2d(net, `${name}/conv2`, narrow, options));
}

function norm(net: Net, name: string, x: Tensor): Tensor {
  return gelu(batchNorm(net, name, x, { momentum: 0.6, epsilon: 1e-5, scale: false }));
}
