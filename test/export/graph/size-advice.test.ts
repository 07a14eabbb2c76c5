// What a refusal says to do about sizes: `--size` only where it helps.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { expect, it } from 'vitest';
import { sizeAdvice } from '../../../export/graph/size-advice.ts';
import { ANY_NUMBER, type InputSpec } from '../../../export/trace/index.ts';
import { networkToOnnx } from '../../../export/trace/network.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

it.each([
  [['height', 'width'], /^Fix height and width: `--size 224`\.$/],
  [['height'], /^Fix height and width: `--size 224`\.$/],
  [['x_1'], /^Fix x_1: save the model with a number instead of null in the shape of its input\.$/],
  [
    ['height', 'width', 'words_1'],
    /^Fix height and width with `--size 224`; if it is words_1, save the model/,
  ],
])('of %j', (names, wayOut) => {
  expect(sizeAdvice(names).wayOut).toMatch(wayOut);
});

const blocks = (x: Tensor) => tf.spaceToBatchND(x, [2], [[0, 0]]);
const morphology = (x: Tensor) => tf.dilation2d(x as Tensor4D, tf.ones([2, 2, 3]), 1, 'same');

it.each<[string, (x: Tensor) => Tensor, InputSpec['shape'], RegExp]>([
  [
    'a sequence in blocks',
    blocks,
    [ANY_NUMBER, 'x_1', 3],
    /blocks of inputs of any size cannot .* Fix x_1: save the model/,
  ],
  [
    'a picture in blocks',
    blocks,
    [ANY_NUMBER, 'height', 8, 3],
    /blocks of pictures of any size cannot .*`--size 224`\.$/,
  ],
  [
    'morphology of a picture',
    morphology,
    [ANY_NUMBER, 8, 'width', 3],
    /morphology over pictures of any size cannot .*`--size 224`\.$/,
  ],
])('%s of any size is refused with what helps', (_, fn, shape, message) => {
  const network = {
    name: 'asked',
    inputs: [{ name: 'x', type: 'float32', shape }] as const,
    outputs: ['y'],
    run: ([x]: readonly Tensor[]) => [fn(x ?? tf.scalar(0))],
    variables: new Map(),
  };
  expect(() => networkToOnnx(network)).toThrow(message);
});
