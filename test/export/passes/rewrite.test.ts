// What passes share, and the small ones: dead nodes, constants that are nodes, numbers without axes, GELU.
import { describe, expect, it } from 'vitest';
import { constantsToInitializers } from '../../../export/passes/constants.ts';
import { removeDead } from '../../../export/passes/dead.ts';
import { mergeGelu } from '../../../export/passes/gelu.ts';
import { runPasses } from '../../../export/passes/index.ts';
import { countUses, scalarConstant, scalars } from '../../../export/passes/rewrite.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { floatTensor, int64Tensor } from '../../../models/onnx/make.ts';
import { attributeType, dataType, type GraphProto } from '../../../models/onnx/schema.ts';
import { apart, drawn, graphOf, linesOf, node } from './onnx-graph.ts';

const lines = (...all: string[]) => all.map((line) => node(line));

describe('numbers without axes', () => {
  const constants = [
    floatTensor('one', [1], []),
    floatTensor('list', [2], [1]),
    { ...floatTensor('halves', [2], []), data_type: dataType.INT32 },
    { name: 'elsewhere', dims: [], data_type: dataType.FLOAT },
    // Within a larger file.
    { ...floatTensor('within', [], []), raw_data: new Uint8Array(Float32Array.of(5, 0.25).buffer, 4, 4) },
  ];
  const graph = graphOf({ inputs: { x: [1] }, nodes: lines('y = Neg x'), constants });

  it('are read from single precision alone', () => {
    expect([...scalars(graph)]).toEqual([
      ['one', 1],
      ['within', 0.25],
    ]);
  });

  it('are found, or made by the name that is given', () => {
    expect(scalarConstant(graph, 'new', 1)).toBe(constants[0]);
    expect(scalarConstant(graph, 'new', 0.25).name).toBe('within');
    expect(scalarConstant(graph, 'new', 2)).toEqual(floatTensor('new', [2], []));
    const empty = { ...graph, initializer: [{ name: 'elsewhere', dims: [], data_type: dataType.FLOAT }] };
    expect(scalarConstant(empty, 'new', 0)).toEqual(floatTensor('new', [0], []));
  });
});

/** A node that gives one of two values from around it. */
function branching(): GraphProto {
  const branch = (nodes: string[], name: string) =>
    ({
      name: 'branch',
      node: lines(...nodes),
      initializer: [],
      input: [],
      output: [{ name }],
    }) satisfies GraphProto;
  const choose = node(
    'y = If given',
    {
      name: 'then_branch',
      type: attributeType.GRAPH,
      g: branch(['n = Neg a'], 'n'),
    },
    { name: 'else_branch', type: attributeType.GRAPH, g: branch([], 'b') },
  );
  return graphOf({
    inputs: { x: [2], given: [] },
    nodes: [...lines('a = Abs x', 'b = Exp x', 'c = Neg a', 'd = Neg c'), choose],
    constants: [drawn('k', 2), drawn('l', 2)],
  });
}

describe('uses', () => {
  it('are counted by operand, by branches within, and by the outputs of the graph', () => {
    const graph = graphOf({
      inputs: { x: [2] },
      nodes: lines('a = Add x x', 'b = Neg a', 'c = Clip b - x'),
      outputs: ['c', 'b'],
    });
    expect(Object.fromEntries(countUses(graph))).toEqual({ x: 3, a: 1, b: 2, c: 1 });
    expect(Object.fromEntries(countUses(branching()))).toMatchObject({ a: 2, b: 1, given: 1, y: 1 });
  });

  it('decide what stays: nodes with one result that is needed, and weights', () => {
    expect(linesOf(removeDead(branching()))).toEqual(['a = Abs x', 'b = Exp x', 'y = If given']);
    expect(removeDead(branching()).initializer).toEqual([]);
    const split = { ...node('a = Split x'), output: ['a', 'b'] };
    const graph = graphOf({
      inputs: { x: [2] },
      nodes: [split, ...lines('c = Add b k', 'd = Neg a')],
      constants: [drawn('k', 2), drawn('l', 2), { ...drawn('m', 2), name: undefined } as never],
      outputs: ['c'],
    });
    expect(linesOf(removeDead(graph))).toEqual(['a,b = Split x', 'c = Add b k']);
    expect(removeDead(graph).initializer.map(({ name }) => name)).toEqual(['k']);
  });
});

it('constants that are nodes are weights of the same name, but for text and what the graph gives out', async () => {
  const floats = attribute.tensor('value', floatTensor('inside', [1, 2, 3]));
  const nodes = [
    node('a = Constant', floats),
    node('b = Constant', { name: 'value_ints', type: attributeType.INTS, ints: [3, 1] }),
    node('t = Constant', { name: 'value_string', type: attributeType.STRING, s: Buffer.from('text') }),
    node('o = Constant', floats),
    node('c = Add x a'),
    node('y = Reshape c b'),
  ];
  const graph = graphOf({ inputs: { x: [3] }, nodes, constants: [drawn('k', 1)], outputs: ['y', 'o'] });
  const made = constantsToInitializers(graph);
  expect(linesOf(made)).toEqual(['t = Constant', 'o = Constant', 'c = Add x a', 'y = Reshape c b']);
  expect(made.initializer).toEqual([drawn('k', 1), floatTensor('a', [1, 2, 3]), int64Tensor('b', [3, 1])]);
  expect(await apart(graph, made)).toBe(0);
});

describe('GELU', () => {
  const constants = [
    floatTensor('one', [1], []),
    floatTensor('half', [0.5], []),
    floatTensor('root', [Math.SQRT1_2], []),
  ];
  const gelu = ['a = Mul x root', 'b = Erf a', 'c = Add b one', 'd = Mul c half', 'y = Mul x d'];
  const graph = graphOf({
    inputs: { x: [100] },
    nodes: lines(...gelu, 'z = Neg y', 'w = Div x half'),
    constants,
    outputs: ['z', 'w'],
  });

  it('is an operator from set 20 on, and what onnxruntime fuses before', async () => {
    const [first, later] = [19, 20].map((opset) => mergeGelu(graph, opset));
    expect(linesOf(later ?? graph).slice(4)).toEqual(['y = Gelu x', 'z = Neg y', 'w = Div x half']);
    expect(later?.initializer).toEqual(constants);
    expect(linesOf(removeDead(first ?? graph))).toEqual([
      'y/Div = Div x constant/sqrt2',
      'y/Erf = Erf y/Div',
      'y/Add = Add y/Erf one',
      'y/Mul = Mul x y/Add',
      'y = Mul y/Mul half',
      'z = Neg y',
      'w = Div x half',
    ]);
    expect(first?.node.map(({ name }) => name)).toEqual(first?.node.map(({ output }) => output[0]));
    // 2.4e-7 measured.
    for (const [merged, opset] of [
      [first, 19],
      [later, 20],
    ] as const)
      expect(await apart(graph, merged ?? graph, opset)).toBeLessThan(5e-7);
  });

  it('takes the root of two that is there', () => {
    const root = floatTensor('two', [Math.SQRT2], []);
    const merged = mergeGelu({ ...graph, initializer: [...constants, root] }, 19);
    expect(merged.initializer).toEqual([...constants, root]);
    expect(linesOf(merged)).toContain('y/Div = Div x two');
  });

  it('adds nothing where there is none', () => {
    const others = graphOf({
      inputs: { x: [3] },
      nodes: lines('y = Add x one', 'z = Mul x y', 'w = Sub z one'),
      constants,
    });
    expect(mergeGelu(others, 19)).toEqual(others);
  });
});

it('passes run in their order, each on what the one before has left', () => {
  const graph = graphOf({ inputs: { x: [1] }, nodes: lines('y = Neg x') });
  const add = (name: string) => (given: GraphProto, opset: number) => ({
    ...given,
    name: `${given.name} ${name}${opset}`,
  });
  const bounded = graphOf({
    inputs: { x: [2] },
    nodes: lines('a = Max x one', 'b = Identity a', 'c = Min b two', 'y = Neg c'),
    constants: [floatTensor('one', [1], []), floatTensor('two', [2], []), drawn('unused', 2)],
  });
  expect(linesOf(runPasses(bounded, 18))).toEqual(['a = Max x one', 'c = Min a two', 'y = Neg c']);
  expect(runPasses(bounded, 18).initializer).toHaveLength(2);
  expect(runPasses(graph, 18, { first: add('a'), second: add('b') }).name).toBe('test a18 b18');
});
