// Cases: resizing pictures up and down with every rule, and moving channels into places.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { weight } from './weight.ts';

const rules: [name: string, alignCorners: boolean, halfPixelCenters: boolean][] = [
  ['asymmetric', false, false],
  ['aligned corners', true, false],
  ['half pixel centres', false, true],
];

const sizes: [number, number][] = [
  [8, 10],
  [7, 11],
  [3, 4],
  [4, 5],
  [2, 3],
];

const behindConv = (x: Tensor): Tensor4D =>
  tf.conv2d(x as Tensor4D, weight('before', [1, 1, 2, 3]) as Tensor4D, 1, 'same');

export const imageCases: Case[] = [
  ...rules.flatMap(([name, alignCorners, halfPixelCenters]) =>
    sizes.map(
      (size): Case => ({
        name: `resize to ${size}, ${name}`,
        inputs: [{ shape: [-1, 4, 5, 2] }],
        fn: (x) => [
          tf.image.resizeBilinear(behindConv(x), size, alignCorners, halfPixelCenters),
          tf.image.resizeNearestNeighbor(x as Tensor4D, size, alignCorners, halfPixelCenters),
        ],
      }),
    ),
  ),
  {
    name: 'depthToSpace',
    inputs: [{ shape: [-1, 2, 3, 12] }],
    fn: (x) => tf.depthToSpace(x as Tensor4D, 2, 'NHWC'),
  },
];
