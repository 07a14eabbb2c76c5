// Prints the floating-point operations of a training step's convolutions and matrix products, GFLOP per image. Argument: network.
import { tf } from '../../../train/graph/tensorflow.ts';
import { eagerStep } from './eager-step.ts';

type Kernel = Awaited<ReturnType<typeof tf.profile>>['kernels'][number];

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Pairs of a place of the result and one of the filter that meet inside the image: what is in its padding is not multiplied. */
function meetings(image: number, result: number, filter: number): number {
  const stride = Math.round(image / result);
  const before = Math.floor(Math.max(0, (result - 1) * stride + filter - image) / 2);
  let count = 0;
  for (let at = -before; at < result * stride - before; at += stride)
    count += Math.min(at + filter, image) - Math.max(at, 0);
  return count;
}

function convolution(image: readonly number[], filter: readonly number[], result: readonly number[]): number {
  const [n = 0, height = 0, width = 0] = image;
  const [rows = 0, columns = 0, from = 0, to = 0] = filter;
  const [, down = 0, across = 0] = result;
  return 2 * n * from * to * meetings(height, down, rows) * meetings(width, across, columns);
}

/** Of a gradient, the shapes are those of the convolution that it is of. */
function flopsOf({ name, inputShapes: [a = [], b = []], outputShapes: [out = []] }: Kernel): number {
  switch (name) {
    case 'Conv2D':
    case 'DepthwiseConv2dNative':
      return convolution(a, b, out);
    case 'Conv2DBackpropInput':
    case 'DepthwiseConv2dNativeBackpropInput':
      return convolution(out, b, a);
    case 'Conv2DBackpropFilter':
    case 'DepthwiseConv2dNativeBackpropFilter':
      return convolution(a, out, b);
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
