// What a refusal says to do about sizes: `--size` only where it helps.
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

it.each<[string, InputSpec['shape'], RegExp]>([
  ['a sequence', [ANY_NUMBER, 'x_1', 3], /blocks of inputs of any size cannot .* Fix x_1: save the model/],
  ['a picture', [ANY_NUMBER, 'height', 8, 3], /blocks of pictures of any size cannot .*`--size 224`\.$/],
])('%s of any size is refused with what helps', (_, shape, message) => {
  const network = {
    name: 'blocks',
    inputs: [{ name: 'x', type: 'float32', shape }] as const,
    outputs: ['y'],
    run: ([x]: readonly unknown[]) => [tf.spaceToBatchND(x as never, [2], [[0, 0]])],
    variables: new Map(),
  };
  expect(() => networkToOnnx(network)).toThrow(message);
});
