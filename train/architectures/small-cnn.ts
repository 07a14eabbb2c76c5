// A small convolutional network for digits: three stages, each halving the picture, batch norm throughout.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { z } from 'zod';
import { tf } from '../graph/tensorflow.ts';
import { relu } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv2d, flatten, globalAveragePool, maxPool } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import { inParts, type Net } from '../layers/net.ts';
import { defineArchitecture } from './architecture.ts';
import { count } from './options.ts';

/** `[N,28,28,1]` to `[N,classes]`; any size of picture works. */
export const smallCnn = defineArchitecture({
  name: 'small-cnn',
  options: {
    /** Filters of the three stages. */
    filters: z.tuple([count, count, count]),
    /** Averages over the picture before the last layer, for which all places are alike then. */
    head: z.literal('average').exactOptional(),
  },
  build({ filters: [first, second, third], head }, classes) {
    return inParts({
      maps(net, images) {
        let x = block(net, 'conv1', images, first, 5);
        x = maxPool(x);
        x = block(net, 'conv2', x, second, 3);
        x = block(net, 'conv3', x, second, 3);
        x = maxPool(x);
        x = block(net, 'conv4', x, third, 3);
        return block(net, 'conv5', x, third, 3);
      },
      pool: (maps) => (head === 'average' ? globalAveragePool(maxPool(maps)) : flatten(maxPool(maps))),
      classify(net, features) {
        const x = head === 'average' ? normalized(net, features) : features;
        return dense(net, 'logits', x, { units: classes });
      },
    });
  },
});

/** Averages differ little between pictures that differ in a part; normalized, they differ as much as any. */
function normalized(net: Net, averages: Tensor): Tensor {
  const [n = 0, features = 0] = averages.shape;
  return flatten(batchNorm(net, 'average/norm', tf.reshape(averages, [n, 1, 1, features])));
}

function block(net: Net, name: string, x: Tensor, filters: number, kernel: number): Tensor {
  return relu(batchNorm(net, `${name}/norm`, conv2d(net, name, x, { filters, kernel, bias: false })));
}
