// All converters by name of the TensorFlow op, and what to say about the ops that have none.
import { nearest } from '../../models/nearest.ts';
import type { Converter, OpFamily } from '../graph/op.ts';
import { activation } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { blocks } from './blocks.ts';
import { boxes } from './boxes.ts';
import { casts } from './cast.ts';
import { conv } from './conv.ts';
import { image } from './image.ts';
import { join } from './join.ts';
import { logic } from './logic.ts';
import { matmul } from './matmul.ts';
import { morphology } from './morphology.ts';
import { norm } from './norm.ts';
import { pool } from './pool.ts';
import { reduction } from './reduce.ts';
import { scatter } from './scatter.ts';
import { shape } from './shape.ts';
import { parts } from './slice.ts';

/** The families by name. */
export const opFamilies: Readonly<Record<string, OpFamily>> = {
  convolution: conv,
  pooling: pool,
  normalization: norm,
  activation,
  'matrix product': matmul,
  arithmetic,
  logic,
  reduction,
  shape,
  slicing: parts,
  joining: join,
  images: image,
  blocks,
  morphology,
  boxes,
  'scatter and gather': scatter,
  types: casts,
};

const converters: ReadonlyMap<string, Converter> = new Map(
  Object.values(opFamilies).flatMap((family) => Object.entries(family)),
);

/** The converter of a TensorFlow op; undefined when it has none. */
export function findConverter(op: string): Converter | undefined {
  return converters.get(op);
}

const hints: readonly [pattern: RegExp, wayOut: string][] = [
  [/Grad$|Backprop|SoftmaxCrossEntropy/, 'It belongs to training: export the forward pass alone.'],
  [/^(Random|Stateless|Multinomial)/, 'Nothing random can be exported: trace with `training: false`.'],
  [/FFT$|^(Real|Imag|Complex)/, 'Transform the input before it reaches the model.'],
  [/^(Decode|Encode|String|StaticRegex)/, 'Do it before the model: the model file takes pixels.'],
  [
    /^NonMaxSuppression/,
    'Use tf.image.nonMaxSuppressionPadded with padToMaxOutputSize, or do it after the model, on its outputs.',
  ],
  [/^(Unique|Where)/, 'Do it after the model, on its outputs.'],
  [/^LinSpace$/, 'Its size depends on an input: fix that size, or compute it from tf.range.'],
];

/** What to do about an op without a converter, in one sentence. */
export function alternativeTo(op: string): string {
  const hint = hints.find(([pattern]) => pattern.test(op));
  if (hint !== undefined) return hint[1];
  const near = nearest(op, [...converters.keys()]);
  const other = near === undefined ? 'other ops' : `${near} or other ops`;
  return `Write it with ${other}; export/ops/ holds those that can be exported.`;
}
