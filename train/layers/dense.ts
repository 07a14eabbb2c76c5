// The fully connected layer.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { biasAdd } from './bias.ts';
import { glorotNormal, type Initializer, zeros } from './initializers.ts';
import type { Net } from './net.ts';

export interface DenseOptions {
  units: number;
  bias?: boolean;
  initializer?: Initializer;
}

/** `[N,in]` to `[N,units]`; weights `<name>/kernel` and `<name>/bias`. */
export function dense(net: Net, name: string, x: Tensor, options: DenseOptions): Tensor {
  const { units, bias = true, initializer = glorotNormal } = options;
  const [, inputs] = x.shape;
  if (inputs === undefined || x.rank !== 2)
    throw new Error(`${name}: expected [N,in], received [${x.shape}]`);
  const y = tf.matMul(
    x as Tensor2D,
    net.weight(`${name}/kernel`, [inputs, units], initializer) as Tensor as Tensor2D,
  );
  return bias ? biasAdd(y, net.weight(`${name}/bias`, [units], zeros)) : y;
}
