// What is found in a classifier: the value that its last dense layer takes, and how its pictures lie in memory.
import { describe, expect, it } from 'vitest';
import { attribute } from '../../../models/onnx/attribute.ts';
import { findFeatures, seenBy } from '../../../models/onnx/find-features.ts';
import { floatTensor, namedNode } from '../../../models/onnx/make.ts';
import type { GraphProto, NodeProto } from '../../../models/onnx/types.ts';
import { graph } from './messages.ts';

/** Nodes as one reads them: `features = Relu x`. */
const nodes = (lines: readonly string[]): NodeProto[] =>
  lines.map((line) => {
    const [output = '', right = ''] = line.split(' = ');
    const [op = '', ...inputs] = right.split(' ');
    return namedNode(op, output, inputs);
  });

/** A graph of `x`, a weight `w`, and these nodes; its outputs are called so. */
const network = (lines: readonly string[], outputs: readonly string[]): GraphProto =>
  graph({
    node: nodes(lines),
    // Older files list weights among the inputs, and before them too.
    input: [{ name: 'w' }, { name: 'x' }],
    output: outputs.map((name) => ({ name })),
    initializer: [floatTensor('w', [1])],
  });

describe('features', () => {
  it.each<[string, string[], string[], string]>([
    ['are what the last dense layer takes', ['f = Relu x', 'y = Gemm f w'], ['y'], 'f'],
    ['are that of the last of several', ['f = Gemm x w', 'g = Relu f', 'y = MatMul g w'], ['y'], 'g'],
    ...'Softmax LogSoftmax Sigmoid Identity Cast Add Sub Mul Div Exp Clip Reshape Flatten Squeeze Unsqueeze QuantizeLinear DequantizeLinear'
      .split(' ')
      .map((op): [string, string[], string[], string] => [
        `are found behind ${op}`,
        ['f = Relu x', 'd = MatMul f w', `y = ${op} d w`],
        ['y'],
        'f',
      ]),
    ['are found behind what is added first', ['f = Relu x', 'd = MatMul f w', 'y = Add w d'], ['y'], 'f'],
    ['are those of the first output that has some', ['f = Relu x', 'z = Gemm f w'], ['x', 'z'], 'f'],
    ['are of the first of two', ['f = Relu x', 'g = Abs x', 'y = Gemm f w', 'z = Gemm g w'], ['y', 'z'], 'f'],
    [
      'are not behind an op that does more than pass on',
      ['f = Abs x', 'd = Gemm f w', 'p = GlobalAveragePool d', 'y = Relu p'],
      ['y'],
      'p',
    ],
    [
      'are none of a product of two values that depend on the picture',
      ['a = Abs x', 'b = ReduceMean x', 'y = MatMul a b'],
      ['y'],
      'b',
    ],
    [
      'are none of a product whose weight comes first',
      ['p = GlobalMaxPool x', 'q = Abs p', 'y = MatMul w q'],
      ['y'],
      'p',
    ],
    ['are not of a branch without the picture', ['k = Gemm w w', 'y = Conv x k'], ['y'], 'y'],
    ...['GlobalAveragePool', 'GlobalMaxPool', 'AveragePool', 'ReduceMean'].map(
      (op): [string, string[], string[], string] => [
        `without a dense layer are what ${op} gives`,
        [`p = ${op} x`, 'y = Conv p w'],
        ['y'],
        'p',
      ],
    ),
    ['are of the last pooling', ['p = AveragePool x', 'q = AveragePool p', 'y = Conv q w'], ['y'], 'q'],
    [
      'are not of a pooling of weights',
      ['p = AveragePool x', 'q = ReduceMean w', 'y = Conv p q'],
      ['y'],
      'p',
    ],
    ['are the first output where there is neither', ['y = Relu x', 'z = Abs x'], ['y', 'z'], 'y'],
  ])('%s', (_, lines, outputs, features) => {
    expect(findFeatures(network(lines, outputs))).toBe(features);
  });

  it('of a graph without input or output are nothing', () => {
    expect(findFeatures(graph())).toBe('');
  });
});

describe('how pictures lie in memory', () => {
  const kernel = { name: 'k', dims: [8, 3, 5, 5], data_type: 1 };
  const seen = (lines: readonly string[], change: (each: NodeProto) => NodeProto = (each) => each) =>
    seenBy(graph({ node: nodes(lines).map(change), initializer: [kernel] }), 'x');
  const permuted = (...perm: number[]) =>
    seen(['t = Transpose x', 'y = Conv t k'], (each) =>
      each.op_type === 'Transpose' ? { ...each, attribute: [attribute.ints('perm', perm)] } : each,
    );

  it('is told by a convolution: channels first, as many as its kernel takes', () => {
    expect(seen(['y = Conv x k'])).toEqual({ layout: 'nchw', channels: 3 });
    // A kernel of a group has the channels of that alone.
    const groups = (each: NodeProto) => ({ ...each, attribute: [attribute.int('group', 4)] });
    expect(seen(['y = Conv x k'], groups)).toEqual({ layout: 'nchw', channels: 12 });
  });

  it('is told without channels where the kernel is computed', () => {
    expect(seen(['c = Abs k', 'y = Conv x c'])).toEqual({ layout: 'nchw' });
    expect(seen(['y = Conv x'])).toEqual({ layout: 'nchw' });
  });

  it('is told by a transposition before it', () => {
    expect(permuted(0, 3, 1, 2)).toEqual({ layout: 'nhwc' });
    expect(permuted(0, 2, 1, 3)).toBeUndefined();
    expect(seen(['t = Transpose x', 'y = Conv t k'])).toBeUndefined();
  });

  it.each('Cast Identity Add Sub Mul Div Pad QuantizeLinear DequantizeLinear'.split(' '))(
    'is told behind %s',
    (op) => {
      expect(seen([`a = ${op} x k`, 'other = Flatten k', 'y = Conv a k'])).toEqual({
        layout: 'nchw',
        channels: 3,
      });
    },
  );

  it('is not told by others', () => {
    expect(seen(['f = Flatten x', 'y = Conv f k'])).toBeUndefined();
    expect(seen(['a = Cast x'])).toBeUndefined();
    // Nothing else takes the picture.
    expect(seen(['y = Conv other k'])).toBeUndefined();
  });
});
