// Cases: boxes that overlap, of which the best are kept, fewer and more than there may be.
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';

const cases: [name: string, most: number, overlap: number, score?: number][] = [
  ['as many as there may be', 5, 0.5],
  ['fewer, for their scores', 12, 0.6, 0.4],
  ['none at all', 3, 0.5, 2],
];

/** Corners of boxes that overlap. */
function cornersOf(x: Tensor): Tensor2D {
  return tf.add(tf.mul(x, 0.2), tf.tensor1d([0.1, 0.2, 0.7, 0.9]));
}

export const boxCases: Case[] = cases.map(([name, most, overlap, score]) => ({
  name: `non-max suppression keeps ${name}`,
  inputs: [{ shape: [20, 4] }, { shape: [20], range: [0, 1] }],
  fn: (x, scores) => {
    const kept = tf.image.nonMaxSuppressionPadded(
      cornersOf(x),
      scores as Tensor1D,
      most,
      overlap,
      score,
      true,
    );
    return [kept.selectedIndices, kept.validOutputs] as Tensor[];
  },
}));
