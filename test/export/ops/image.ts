// Cases: resizing pictures and parts of them up and down with every rule, and moving channels into places.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { dataTypeOf, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

const rules: [name: string, alignCorners: boolean, halfPixelCenters: boolean][] = [
  ['asymmetric', false, false],
  ['aligned corners', true, false],
  ['half pixel centers', false, true],
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

/** Whole, turned round, partly outside, upside down, a point, outside. */
const boxes = () =>
  tf.tensor2d([
    [0, 0, 1, 1],
    [0.9, 0.8, 0.1, 0.3],
    [-0.3, 0.2, 0.6, 1.4],
    [0.7, 0.1, 0.2, 0.9],
    [0.5, 0.25, 0.5, 0.25],
    [1.5, -1, 2, -0.5],
  ]);

const parts: [name: string, size: [number, number], method: 'bilinear' | 'nearest'][] = [
  ['smaller', [3, 4], 'bilinear'],
  ['larger', [15, 20], 'bilinear'],
  ['of one row', [1, 5], 'bilinear'],
  ['of one pixel', [1, 1], 'bilinear'],
  ['of nearest pixels', [5, 7], 'nearest'],
];

export const imageCases: Case[] = [
  ...parts.map(
    ([name, size, method]): Case => ({
      name: `parts, ${name}`,
      inputs: [{ shape: [-1, 7, 9, 2] }],
      fn: (x) => {
        const indices = tf.zeros([6], 'int32') as Tensor1D;
        return tf.image.cropAndResize(behindConv(x), boxes(), indices, size, method, 0.25);
      },
    }),
  ),
  {
    name: 'parts that the model is given',
    inputs: [
      { shape: [3, 7, 9, 2] },
      { shape: [-1, 4], range: [-0.5, 1.5] },
      { shape: [-1], type: 'int32', range: [0, 3] },
    ],
    fn: (x, y, indices) => tf.image.cropAndResize(x as Tensor4D, y as Tensor2D, indices as Tensor1D, [4, 6]),
  },
  {
    name: 'parts of pictures of any size, of whole numbers',
    inputs: [{ shape: [-1, 'height', 'width', 3], type: 'int32', range: [0, 256] }],
    fn: (x) => {
      const indices = tf.zeros([6], 'int32') as Tensor1D;
      return tf.image.cropAndResize(x as Tensor4D, boxes(), indices, [6, 5]);
    },
  },
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
  ...sizes.map(
    (size): Case => ({
      name: `bilinear resize of the input to ${size}`,
      // Weights are rounded elsewhere, of numbers up to 256 and below zero: 9.3e-6 measured.
      tolerance: 2e-5,
      inputs: [
        { shape: [-1, 4, 5, 2] },
        { shape: [-1, 4, 5, 2], type: 'int32', range: [-9, 256] },
        { shape: [-1, 4, 5, 2], type: 'uint8' },
      ],
      fn: (...inputs) =>
        inputs.flatMap((x) =>
          rules.map((rule) => tf.image.resizeBilinear(x as Tensor4D, size, rule[1], rule[2])),
        ),
    }),
  ),
  // onnxruntime's Resize takes a neighbor of the right pixel at these.
  ...rules.flatMap(([name, alignCorners, halfPixelCenters]) =>
    [14, 20, 26, 30, 32, 52, 64, 112].map(
      (from): Case => ({
        name: `nearest pixels of ${from}, ${name}`,
        inputs: [{ shape: [-1, from, 3, 1] }],
        fn: (x) =>
          [1, 2, 3, 4, 7, 8, 11, 15, 23, 24, 28, 32, 45, 48, 64].map((to) =>
            tf.image.resizeNearestNeighbor(x as Tensor4D, [to, 7], alignCorners, halfPixelCenters),
          ),
      }),
    ),
  ),
  // 41 times the nearest float32 to 1/41 is less than 1.
  {
    name: 'pixels repeated 41 times',
    inputs: [{ shape: [-1, 4, 2, 1] }],
    fn: (x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [4 * 41, 2 * 3]),
  },
  ...rules.map(
    ([name, alignCorners, halfPixelCenters]): Case => ({
      name: `nearest pixels of pictures of any size, ${name}`,
      inputs: [{ shape: [-1, 'height', 'width', 1] }],
      fn: (x) => {
        const [, height = 1, width = 1] = x.shape;
        return [
          [64, 2],
          [height, 64],
          [3 * height, width],
          [width, height],
        ].map((size) =>
          tf.image.resizeNearestNeighbor(
            x as Tensor4D,
            size as [number, number],
            alignCorners,
            halfPixelCenters,
          ),
        );
      },
    }),
  ),
  ...sizes.map(
    ([height, width]): Case => ({
      name: `resize to ${height},${width} by matrices`,
      inputs: [{ shape: [-1, 4, 5, 2] }, { shape: [-1, 7, 6, 1], type: 'uint8' }],
      // Weights that TensorFlow rounds to 10 bits are the same here.
      fn: (x, bytes) => {
        const size = tf.tensor1d([height, width], 'int32');
        const scale = tf.tensor1d([height / 4, width / 5]);
        const moved = tf.tensor1d([0.25, -0.5]);
        const typed = (pictures: Tensor) => [eagerAttribute.type('T', dataTypeOf(pictures))];
        return [
          ...rules.map(([, alignCorners, halfPixelCenters]) =>
            raw(
              'ResizeBicubic',
              [behindConv(x), size],
              [
                ...typed(x),
                eagerAttribute.bool('align_corners', alignCorners),
                eagerAttribute.bool('half_pixel_centers', halfPixelCenters),
              ],
            ),
          ),
          raw('ResizeArea', [x, size], typed(x)),
          raw('ResizeArea', [bytes, size], typed(bytes)),
          ...['triangle', 'lanczos3', 'keyscubic', 'gaussian'].flatMap((kernel) =>
            [true, false].map((antialias) =>
              raw(
                'ScaleAndTranslate',
                [x, size, scale, moved],
                [
                  ...typed(x),
                  eagerAttribute.string('kernel_type', kernel),
                  eagerAttribute.bool('antialias', antialias),
                ],
              ),
            ),
          ),
        ];
      },
    }),
  ),
  {
    name: 'depthToSpace',
    inputs: [{ shape: [-1, 2, 3, 12] }],
    fn: (x) => tf.depthToSpace(x as Tensor4D, 2, 'NHWC'),
  },
];
