// Which values of a network are maps that can be shown, and which of its values are float16.
import { describe, expect, it } from 'vitest';
import { attribute } from '../../../models/onnx/attribute.ts';
import { findLayers } from '../../../models/onnx/find-layers.ts';
import { halfValues } from '../../../models/onnx/float-types.ts';
import { floatTensor, namedNode } from '../../../models/onnx/make.ts';
import { dataType, type GraphProto, type NodeProto } from '../../../models/onnx/schema.ts';
import { graph } from './messages.ts';

/** Nodes as one reads them: `features = Relu x`. */
const nodes = (lines: readonly string[]): NodeProto[] =>
  lines.map((line) => {
    const [output = '', right = ''] = line.split(' = ');
    const [op = '', ...inputs] = right.split(' ');
    return namedNode(op, output, inputs);
  });

/** A kernel of 3 x 3 is `k`, one of three pixels in a row `row`, another weight `w`. */
const network = (
  lines: readonly string[],
  change: (node: NodeProto) => NodeProto = (node) => node,
): GraphProto =>
  graph({
    node: nodes(lines).map(change),
    input: [{ name: 'x' }],
    output: [{ name: 'y' }],
    initializer: [
      { name: 'k', dims: [8, 3, 3, 3], data_type: 1 },
      { name: 'row', dims: [8, 3, 3], data_type: 1 },
      floatTensor('w', [1]),
    ],
  });
const shown = (given: GraphProto) =>
  findLayers(given, 'x').map(({ name, kind, value }) => `${name} ${kind} ${value}`);

describe('layers', () => {
  it.each<[string, string[], string[]]>([
    ['are convolutions', ['a = Conv x k', 'y = Flatten a'], ['a convolution a']],
    [
      'are shown after what follows',
      ['a = Conv x k', 'b = BatchNormalization a w w w w', 'c = Relu b', 'y = Flatten c'],
      ['a convolution c'],
    ],
    [
      'are shown after an activation of several ops',
      ['a = Conv x k', 's = Sigmoid a', 'm = Mul a s', 'y = Flatten m'],
      ['a convolution m'],
    ],
    [
      'end before what also needs another value',
      ['a = Conv x k', 'b = Conv x k', 'c = Add a b', 'y = Flatten c'],
      ['a convolution a', 'b convolution b'],
    ],
    [
      'end before what moves numbers',
      ['a = Conv x k', 'b = Transpose a', 'c = Relu b', 'y = Flatten c'],
      ['a convolution a'],
    ],
    [
      'are not changed by ops of weights alone',
      ['a = Conv x k', 'v = Relu w', 'y = Flatten a'],
      ['a convolution a'],
    ],
    [
      'are shown as numbers where they are quantized',
      ['a = Conv x k', 'q = QuantizeLinear a w', 'y = Flatten q'],
      ['a convolution a'],
    ],
    [
      'are shown behind both steps of it',
      ['a = Conv x k', 'q = QuantizeLinear a w', 'd = DequantizeLinear q w', 'y = Flatten d'],
      ['a convolution d'],
    ],
    ['are not of rows alone', ['a = Conv x row', 'y = Flatten a'], []],
    ['are no other ops', ['a = ConvTranspose x k', 'y = Flatten a'], []],
    ['are not of weights', ['c = Conv w k', 'y = Add x c'], []],
    ['are not what the model answers', ['c = Conv x k', 'y = Relu c'], []],
    ['are none without a kernel whose size is known', ['c = Abs k', 'a = Conv x c', 'y = Flatten a'], []],
  ])('%s', (_, lines, expected) => {
    expect(shown(network(lines))).toEqual(expected);
  });

  it.each(['MaxPool', 'AveragePool'])('are of %s, whose node says its size', (op) => {
    const sized = (...sides: number[]) =>
      shown(
        network([`p = ${op} x`, 'y = Flatten p'], (node) =>
          node.op_type === op ? { ...node, attribute: [attribute.ints('kernel_shape', sides)] } : node,
        ),
      );
    expect(sized(2, 2)).toEqual(['p pooling p']);
    expect(sized(2)).toEqual([]);
  });

  it('have the names of their nodes, or else of what these give', () => {
    const name = (called: string) =>
      shown(network(['a = Conv x k', 'y = Flatten a'], (node) => ({ ...node, name: called })));
    expect(name('block1/conv')).toEqual(['block1/conv convolution a']);
    expect(name('')).toEqual(['a convolution a']);
  });
});

describe('values of float16', () => {
  it('are known by the weights, the inputs and what is made of them', () => {
    const half = (name: string) => ({ name, dims: [1], data_type: dataType.FLOAT16 });
    const cast = (to: number) => [attribute.int('to', to)];
    const of = graph({
      input: [
        { name: 'x', type: { tensor_type: { elem_type: dataType.FLOAT16 } } },
        { name: 'f', type: { tensor_type: { elem_type: dataType.FLOAT } } },
      ],
      initializer: [half('w'), floatTensor('v', [1])],
      node: [
        ...nodes(['a = Relu x', 'b = Relu f', 'c = Mul w f', 'd = Mul v x']),
        { ...namedNode('Cast', 'up', ['x']), attribute: cast(dataType.FLOAT) },
        { ...namedNode('Cast', 'down', ['f']), attribute: cast(dataType.FLOAT16) },
        // The specification of these: the type of the choices, and that of the scale.
        ...nodes([
          'chosen = Where b x x',
          'not = Where a f f',
          'e = DequantizeLinear q w',
          'g = DequantizeLinear w v',
        ]),
      ],
    });
    expect([...halfValues(of)].sort()).toEqual(['a', 'c', 'chosen', 'down', 'e', 'w', 'x']);
  });
});
