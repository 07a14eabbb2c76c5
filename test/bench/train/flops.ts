// Prints the floating-point operations of a training step's convolutions and matrix products, GFLOP per image. Argument: network.
import { tf } from '../../../train/graph/tensorflow.ts';
import { eagerStep } from './eager-step.ts';

type Kernel = Awaited<ReturnType<typeof tf.profile>>['kernels'][number];

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function flopsOf({ name, inputShapes: [a = [], b = []], outputShapes: [out = []] }: Kernel): number {
  // Every place of the result meets the whole filter; of a gradient, every place of the result's gradient.
  const convolution = (result: readonly number[], filter: readonly number[]) =>
    2 * size(result.slice(0, -1)) * size(filter);
  switch (name) {
    case 'Conv2D':
      return convolution(out, b);
    case 'Conv2DBackpropInput':
      return convolution(a, b);
    case 'Conv2DBackpropFilter':
      return convolution(b, out);
    case 'BatchMatMul':
      // Each of the three sides is in two of the matrices.
      return 2 * Math.sqrt(size(a) * size(b) * size(out));
    default:
      return 0;
  }
}

const [name = ''] = process.argv.slice(2);
const { step, images } = eagerStep(name);
const { kernels } = await tf.profile(() => {
  step();
  return tf.scalar(0);
});
console.log(kernels.reduce((sum, kernel) => sum + flopsOf(kernel), 0) / images / 1e9);
process.exit();
