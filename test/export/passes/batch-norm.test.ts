// Batch norm inside the convolution or product before it: where it may go in, and that the answers stay, by onnxruntime.
import { describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../../../export/passes/batch-norm.ts';
import { removeDead } from '../../../export/passes/dead.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { floatTensor } from '../../../models/onnx/make.ts';
import { dataType, type GraphProto, type NodeProto, type TensorProto } from '../../../models/onnx/schema.ts';
import { apart, drawn, graphOf, linesOf, node, operatorsOf } from './onnx-graph.ts';

/** Four weights of so many channels, variances among them. */
const norm = (channels: number, prefix = ''): TensorProto[] => [
  ...['scale', 'offset', 'mean'].map((name) => drawn(prefix + name, channels)),
  floatTensor(
    `${prefix}variance`,
    Array.from({ length: channels }, (_, i) => 0.2 + 0.3 * i),
  ),
];
const NORM = 'n = BatchNormalization y scale offset mean variance';
const PICTURE = { x: [2, 3, 6, 5] };

interface Layer {
  readonly inputs?: Record<string, number[]>;
  readonly before: NodeProto;
  readonly weights: readonly TensorProto[];
  readonly channels: number;
}

/** The layer, batch norm and something after them. */
function layerOf({ inputs = PICTURE, before, weights, channels }: Layer, after = ['z = Relu n']): GraphProto {
  return graphOf({
    inputs,
    nodes: [
      before,
      node(NORM, attribute.float('momentum', 0.5), attribute.float('epsilon', 0.01)),
      ...after.map((line) => node(line)),
    ],
    constants: [...weights, ...norm(channels)],
  });
}

const conv: Layer = {
  before: node('y = Conv x a/kernel'),
  weights: [drawn('a/kernel', 4, 3, 3, 2)],
  channels: 4,
};
const biased: Layer = {
  ...conv,
  before: node('y = Conv x a/kernel b'),
  weights: [...conv.weights, drawn('b', 4)],
};
const vectors = { x: [2, 6] };

describe('goes into', () => {
  it.each<[string, Layer, string]>([
    ['a convolution', conv, 'Conv x a/kernel a/bias'],
    ['one with a bias', biased, 'Conv x a/kernel b'],
    [
      'one whose weights have a name without a layer',
      { ...conv, before: node('y = Conv x w'), weights: [drawn('w', 4, 3, 3, 2)] },
      'Conv x w w/bias',
    ],
    [
      'one of groups',
      {
        before: node('y = Conv x a/kernel', attribute.int('group', 3)),
        weights: [drawn('a/kernel', 6, 1, 2, 2)],
        channels: 6,
      },
      'Conv x a/kernel a/bias',
    ],
    [
      'a transposed convolution',
      { before: node('y = ConvTranspose x a/kernel'), weights: [drawn('a/kernel', 3, 5, 2, 3)], channels: 5 },
      'ConvTranspose x a/kernel a/bias',
    ],
    [
      'a product',
      {
        inputs: vectors,
        before: node('y = Gemm x a/kernel b'),
        weights: [drawn('a/kernel', 6, 4), drawn('b', 4)],
        channels: 4,
      },
      'Gemm x a/kernel b',
    ],
    [
      'a product whose weights are transposed',
      {
        inputs: vectors,
        before: node('y = Gemm x a/kernel b', attribute.int('transB', 1)),
        weights: [drawn('a/kernel', 4, 6), drawn('b', 4)],
        channels: 4,
      },
      'Gemm x a/kernel b',
    ],
  ])('%s', async (_, layer, expected) => {
    for (const after of [['z = Relu n'], []]) {
      const graph = layerOf(layer, after);
      const folded = foldBatchNorm(graph);
      // As the output of the graph the result keeps its name.
      expect(linesOf(folded)).toEqual(
        after.length === 0 ? [`n = ${expected}`] : [`y = ${expected}`, 'z = Relu y'],
      );
      expect(removeDead(folded).initializer).toHaveLength(2);
      expect(removeDead(folded).initializer.map(({ data_type }) => data_type)).toEqual([
        dataType.FLOAT,
        dataType.FLOAT,
      ]);
      // 5.7e-6 measured, of answers up to 30.
      expect(await apart(graph, folded)).toBeLessThan(1e-5);
    }
  });

  it('each layer of several, of their own numbers, with the epsilon that ONNX has by default', async () => {
    const second = norm(2, 'other/');
    const names = second.map(({ name }) => name).join(' ');
    const graph = graphOf({
      inputs: PICTURE,
      nodes: [
        conv.before,
        node(NORM),
        node('r = Relu n'),
        node('w = Conv r c/kernel'),
        node(`v = BatchNormalization w ${names}`),
      ],
      constants: [
        ...conv.weights,
        ...norm(4).map((each) =>
          each.name === 'variance' ? floatTensor('variance', [1e-5, 1, 2, 0]) : each,
        ),
        drawn('c/kernel', 2, 4, 1, 1),
        ...second,
      ],
    });
    const folded = foldBatchNorm(graph);
    expect(linesOf(folded)).toEqual([
      'y = Conv x a/kernel a/bias',
      'r = Relu y',
      'v = Conv r c/kernel c/bias',
    ]);
    // Of answers up to 1,000, since variances of 0 divide by the root of 1e-5.
    expect(await apart(graph, folded)).toBeLessThan(2e-3);
  });

  it('a layer that only unused nodes look at besides', () => {
    const graph = layerOf(conv);
    const nodes = [
      ...graph.node.slice(0, 1),
      node('unused = Neg y'),
      node('other = Neg a/kernel'),
      ...graph.node.slice(1),
    ];
    expect(operatorsOf(foldBatchNorm({ ...graph, node: nodes }))).toBe('Conv Relu');
  });
});

describe('stays behind', () => {
  const halves = conv.weights.map((tensor) => ({ ...tensor, data_type: dataType.FLOAT16 }));
  const grouped = node('y = ConvTranspose x a/kernel', attribute.int('group', 3));

  it.each<[string, Layer, string[]]>([
    ['an activation', { ...conv, before: node('y = Relu x'), weights: [], channels: 3 }, []],
    [
      'a product without a bias',
      {
        inputs: vectors,
        before: node('y = MatMul x a/kernel'),
        weights: [drawn('a/kernel', 6, 4)],
        channels: 4,
      },
      [],
    ],
    ['an input', { ...conv, before: node('unused = Relu x'), weights: [], channels: 3 }, []],
    [
      'a transposed convolution of groups',
      { before: grouped, weights: [drawn('a/kernel', 3, 2, 2, 2)], channels: 6 },
      [],
    ],
    ['a result that others use', conv, ['w = Add n y']],
    ['weights that others use', conv, ['s = ReduceSum a/kernel', 'w = Add n s']],
    ['a bias that others use', biased, ['s = ReduceSum b', 'w = Add n s']],
    [
      'weights that are given',
      { ...conv, inputs: { ...PICTURE, 'a/kernel': [4, 3, 3, 2] }, weights: [] },
      [],
    ],
    ['a bias that is given', { ...biased, inputs: { ...PICTURE, b: [4] }, weights: conv.weights }, []],
    [
      'a layer in whose place its bias would take the name of another weight',
      { ...conv, weights: [...conv.weights, drawn('a/bias', 1)] },
      ['w = Add n a/bias'],
    ],
  ])('%s', async (_, layer, after) => {
    const graph = layerOf(layer, after.length > 0 ? after : ['z = Relu n']);
    const isInput = layer.before.output[0] === 'unused';
    const given = isInput
      ? {
          ...graph,
          node: graph.node
            .slice(1)
            .map((each) => ({ ...each, input: each.input.map((name) => (name === 'y' ? 'x' : name)) })),
        }
      : graph;
    expect(linesOf(foldBatchNorm(given))).toEqual(linesOf(given));
    expect(await apart(given, foldBatchNorm(given))).toBe(0);
  });

  it.each(['scale', 'offset', 'mean', 'variance'])('what has its %s given', (name) => {
    const graph = layerOf(conv);
    const initializer = graph.initializer.filter((tensor) => tensor.name !== name);
    expect(operatorsOf(foldBatchNorm({ ...graph, initializer }))).toBe('Conv BatchNormalization Relu');
  });

  it('weights of half precision', () => {
    const graph = layerOf({ ...conv, weights: halves });
    expect(operatorsOf(foldBatchNorm(graph))).toBe('Conv BatchNormalization Relu');
  });

  it('weights whose numbers are elsewhere', () => {
    const graph = layerOf({ ...conv, weights: conv.weights.map(({ raw_data: _, ...rest }) => rest) });
    expect(operatorsOf(foldBatchNorm(graph))).toBe('Conv BatchNormalization Relu');
  });

  it('a convolution whose result is an output as well', () => {
    const graph = layerOf(conv);
    const both = { ...graph, output: [...graph.output, { name: 'y' }] };
    expect(operatorsOf(foldBatchNorm(both))).toBe('Conv BatchNormalization Relu');
  });
});
