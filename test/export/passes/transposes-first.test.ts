// A picture's transposition before its scaling: how far it goes, and the answers of onnxruntime, which stay to the bit.
import { describe, expect, it } from 'vitest';
import { transposesFirst } from '../../../export/passes/transposes-first.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { floatTensor, int64Tensor } from '../../../models/onnx/make.ts';
import { dataType, type GraphProto, type NodeProto, type TensorProto } from '../../../models/onnx/schema.ts';
import { apart, drawn, graphOf, linesOf, node } from './onnx-graph.ts';

const toFirst = attribute.ints('perm', [0, 3, 1, 2]);
const cast = node('c = Cast x', attribute.int('to', dataType.FLOAT));

/** Pictures `[2,4,5,3]`, what is done before the transposition `t` of `last`, and a node behind it. */
function picture(
  before: readonly NodeProto[],
  constants: readonly TensorProto[] = [],
  outputs = ['z'],
): GraphProto {
  const last = before.at(-1)?.name ?? 'x';
  return graphOf({
    inputs: { x: [2, 4, 5, 3] },
    nodes: [...before, node(`t = Transpose ${last}`, toFirst), node('z = Neg t')],
    constants,
    outputs,
  });
}

const dimsOf = (graph: GraphProto) =>
  Object.fromEntries(graph.initializer.map(({ name, dims }) => [name, dims]));

describe('goes before', () => {
  it.each(['Relu', 'Abs', 'Neg', 'Sqrt', 'Exp', 'Tanh', 'Sigmoid'])('%s', async (operator) => {
    const graph = picture([node('a = Abs x'), node(`b = ${operator} a`)]);
    const moved = transposesFirst(graph);
    // The value that was transposed keeps the name of the node that makes it now.
    expect(linesOf(moved)).toEqual(['t = Transpose x', 'a = Abs t', `b = ${operator} a`, 'z = Neg b']);
    expect(await apart(graph, moved)).toBe(0);
  });

  it('a cast, which then reads bytes in the new order', async () => {
    const graph = {
      ...picture([cast]),
      ...graphOf({
        inputs: { x: [2, 4, 5, 3] },
        bytes: ['x'],
        nodes: [cast, node('t = Transpose c', toFirst), node('z = Neg t')],
      }),
    };
    const moved = transposesFirst(graph);
    expect(linesOf(moved)).toEqual(['t = Transpose x', 'c = Cast t', 'z = Neg c']);
    expect(moved.node[1]?.attribute).toEqual(cast.attribute);
    expect(await apart(graph, moved)).toBe(0);
  });

  it.each(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'])(
    '%s of numbers of each channel, on either side',
    async (operator) => {
      for (const operands of ['x k', 'k x']) {
        const graph = picture([node(`a = ${operator} ${operands}`)], [drawn('k', 3)]);
        const moved = transposesFirst(graph);
        expect(linesOf(moved)).toEqual([
          't = Transpose x',
          `a = ${operator} ${operands.replace('x', 't')}`,
          'z = Neg a',
        ]);
        expect(dimsOf(moved)).toEqual({ k: [3, 1, 1] });
        expect(await apart(graph, moved)).toBe(0);
      }
    },
  );

  it.each<[string, number[], number[]]>([
    ['one number', [], []],
    ['one number in a list', [1], [1]],
    ['numbers of each column', [5, 1], [5]],
    ['numbers of each row and channel', [4, 1, 3], [3, 4, 1]],
    ['numbers of each column and channel', [5, 3], [3, 1, 5]],
    ['numbers of each place', [4, 5, 1], [4, 5]],
  ])('a sum with %s', async (_, before, after) => {
    const graph = picture([node('a = Add x k')], [drawn('k', ...before)]);
    const moved = transposesFirst(graph);
    expect(dimsOf(moved)).toEqual({ k: after });
    expect(linesOf(moved)[0]).toBe('t = Transpose x');
    expect(await apart(graph, moved)).toBe(0);
  });

  it('padding, with zeros or another number', async () => {
    const pads = int64Tensor('pads', [0, 1, 2, 0, 0, 3, 4, 1]);
    for (const line of ['p = Pad x pads', 'p = Pad x pads v']) {
      const graph = picture([node(line)], [pads, ...(line.endsWith('v') ? [floatTensor('v', [7], [])] : [])]);
      const moved = transposesFirst(graph);
      expect(linesOf(moved)).toEqual(['t = Transpose x', line.replace('x', 't'), 'z = Neg p']);
      expect(moved.initializer.at(-1)?.raw_data).toEqual(
        int64Tensor('pads', [0, 0, 1, 2, 0, 1, 3, 4]).raw_data,
      );
      expect(await apart(graph, moved)).toBe(0);
    }
  });

  it('all of a chain, and leaves to others the constants that they use', async () => {
    const constants = [drawn('k', 3), drawn('one', 1)];
    const lines = ['a = Add x k', 'b = Mul a k', 'c = Sub b one', 'd = Div c one'];
    const graph = picture(
      lines.map((line) => node(line)),
      constants,
    );
    const others = {
      ...graph,
      node: [...graph.node, node('u = Mul x k')],
      output: [{ name: 'z' }, { name: 'u' }],
    };
    const moved = transposesFirst(others);
    expect(linesOf(moved)).toEqual([
      't = Transpose x',
      'a = Add t k/a',
      'b = Mul a k/b',
      'c = Sub b one',
      'd = Div c one',
      'z = Neg d',
      'u = Mul x k',
    ]);
    expect(dimsOf(moved)).toEqual({ k: [3], one: [1], 'k/a': [3, 1, 1], 'k/b': [3, 1, 1] });
    expect(await apart(others, moved)).toBe(0);
  });

  it('a video has its channels first as well, each of two pictures its own', async () => {
    const perm = attribute.ints('perm', [0, 4, 1, 2, 3]);
    const lines = ['a = Neg x', 'b = Abs w'];
    const graph = graphOf({
      inputs: { x: [1, 2, 3, 4, 2], w: [1, 2, 3, 2] },
      nodes: [
        ...lines.map((line) => node(line)),
        node('t = Transpose a', perm),
        node('s = Transpose b', toFirst),
        node('y = Neg t'),
        node('z = Neg s'),
      ],
      outputs: ['y', 'z'],
    });
    const moved = transposesFirst(graph);
    expect(linesOf(moved)).toEqual([
      't = Transpose x',
      'a = Neg t',
      's = Transpose w',
      'b = Abs s',
      'y = Neg a',
      'z = Neg b',
    ]);
    expect(await apart(graph, moved)).toBe(0);
  });
});

describe('stays behind', () => {
  const turn = (...perm: number[]) => [
    node('t = Transpose a', attribute.ints('perm', perm)),
    node('z = Neg t'),
  ];
  it.each<[string, GraphProto]>([
    ['what is no function of each number', picture([node('a = Softmax x')])],
    ['a sum with a picture', picture([node('n = Neg x'), node('a = Add n x')])],
    ['a sum with what has as many axes', picture([node('a = Add x k')], [drawn('k', 1, 1, 1, 3)])],
    [
      'a sum whose result alone has as many axes',
      picture(
        [
          node('m = ReduceMax x', attribute.ints('axes', [0]), attribute.int('keepdims', 0)),
          node('a = Add m k'),
        ],
        [drawn('k', 1, 4, 5, 3)],
      ),
    ],
    ['a product with another rule of axes', picture([node('a = MatMul x k')], [drawn('k', 3, 3)])],
    ['a power, which has a constant', picture([node('a = Pow x k')], [floatTensor('k', [2], [])])],
    ['what others use', { ...picture([node('a = Abs x')]), output: [{ name: 'z' }, { name: 'a' }] }],
    ['when its result is an output', picture([node('a = Abs x')], [], ['t'])],
    ['when its result is one of the outputs', picture([node('a = Abs x')], [], ['z', 't'])],
    ['an input', picture([])],
    [
      'when it turns rows and columns',
      graphOf({ inputs: { x: [2, 4, 5, 3] }, nodes: [node('a = Abs x'), ...turn(0, 2, 1, 3)] }),
    ],
    [
      'when it goes back',
      graphOf({ inputs: { x: [2, 4, 5, 3] }, nodes: [node('a = Abs x'), ...turn(0, 2, 3, 1)] }),
    ],
    [
      'when there are no channels',
      graphOf({ inputs: { x: [2, 4] }, nodes: [node('a = Abs x'), ...turn(0, 1)] }),
    ],
    [
      'when it turns all axes around',
      graphOf({
        inputs: { x: [2, 4] },
        nodes: [node('a = Abs x'), node('t = Transpose a'), node('z = Neg t')],
      }),
    ],
    [
      'a node of two results',
      picture([{ ...node('a = Split x', attribute.int('axis', 1)), output: ['a', 'b'] }]),
    ],
  ])('%s', async (_, graph) => {
    expect(transposesFirst(graph)).toEqual(graph);
    expect(await apart(graph, transposesFirst(graph))).toBe(0);
  });

  it('padding of axes that are named', async () => {
    const constants = [int64Tensor('pads', [1, 1]), int64Tensor('axes', [1])];
    const graph = picture([node('a = Pad x pads - axes')], constants);
    expect(transposesFirst(graph)).toEqual(graph);
    expect(await apart(graph, transposesFirst(graph), 18)).toBe(0);
  });

  it('what has its constants elsewhere', () => {
    const constants = [drawn('k', 3)].map(({ raw_data: _, ...rest }) => rest);
    const graph = picture([node('a = Add x k')], constants);
    expect(transposesFirst(graph)).toEqual(graph);
    const pads = [int64Tensor('k', Array(8).fill(0))].map(({ raw_data: _, ...rest }) => rest);
    const padded = picture([node('a = Pad x k')], pads);
    expect(transposesFirst(padded)).toEqual(padded);
  });

  it('what has no such attribute but its name', () => {
    const graph = picture([node('a = Abs x')]);
    const named = {
      ...graph,
      node: graph.node.map((each) => (each.op_type === 'Transpose' ? { ...each, op_type: 'Other' } : each)),
    };
    expect(transposesFirst(named)).toEqual(named);
  });
});
