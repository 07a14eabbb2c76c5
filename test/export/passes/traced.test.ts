// The passes over traced graphs: what is known is computed by TensorFlow, what changes nothing is left out, and the rest stays.
import { describe, expect, it } from 'vitest';
import { dynamicSize } from '../../../export/graph/dimensions.ts';
import { compute, dropUnused, eager, foldConstants, typed } from '../../../export/passes/fold.ts';
import { dropNeutral } from '../../../export/passes/neutral.ts';
import type { Attribute, Constant, Graph, Node } from '../../../train/graph/graph.ts';
import { AttributeType, DataType } from '../../../train/graph/tensorflow.ts';
import { tensorsLeft } from '../parity/tensors-left.ts';

const { float32, int32, uint8, bool } = DataType;

function constant(
  values: Float32Array | Int32Array | Uint8Array,
  shape: readonly number[] = [values.length],
  dtype: number = dtypeOf(values),
): Constant {
  return { dtype, shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}
const dtypeOf = (values: object) =>
  values instanceof Float32Array ? float32 : values instanceof Int32Array ? int32 : uint8;
const floats = (...values: number[]) => constant(Float32Array.from(values));
const whole = (...values: number[]) => constant(Int32Array.from(values));

const given = (name: string, value: Constant): Node => ({
  ...{ name, op: 'Const', inputs: [], attributes: {} },
  outputs: [{ dtype: value.dtype, shape: value.shape }],
  constant: value,
});

function op(
  name: string,
  operator: string,
  inputs: string[],
  shape: number[],
  attributes: Record<string, Attribute> = { T: { type: float32 } },
): Node {
  return {
    name,
    op: operator,
    inputs: inputs.map((input) => (input.includes(':') ? input : `${input}:0`)),
    attributes,
    outputs: [{ dtype: float32, shape }],
  };
}
const input = (name: string, shape: number[]): Node => ({ ...op(name, 'Input', [], shape, {}), label: name });
const variable = (name: string, shape: number[]): Node => ({
  ...op(name, 'Variable', [], shape, {}),
  label: `layer/${name}`,
});

const graphOf = (nodes: Node[], ...outputs: string[]): Graph => ({
  nodes,
  outputs: outputs.map((name) => `${name}:0`),
  updates: new Map(),
});

const numbersOf = ({ constant: made }: Node) => made && Array.from(typed(made.dtype, made.bytes));
const opsOf = ({ nodes }: Graph) => nodes.map((node) => `${node.name} ${node.op}`);

describe('foldConstants', () => {
  const state = new Map([['layer/w', Float32Array.of(1, 2, 3, 4).subarray(1)]]);

  it('computes what depends on constants and variables, one after another, and lets go of the tensors', () => {
    const nodes = [
      given('a', floats(2, 4, 6)),
      variable('w', [3]),
      op('b', 'Mul', ['a', 'w'], [3]),
      op('c', 'AddV2', ['b', 'a'], [3]),
    ];
    let folded = graphOf([]);
    expect(
      tensorsLeft(() => {
        folded = foldConstants(graphOf(nodes, 'c'), state);
      }),
    ).toEqual([]);
    expect(opsOf(folded)).toEqual(['a Const', 'w Variable', 'b Const', 'c Const']);
    expect(folded.nodes.map(numbersOf).slice(2)).toEqual([
      [4, 12, 24],
      [6, 16, 30],
    ]);
    expect(folded.nodes[3]).toMatchObject({ inputs: [], attributes: {}, outputs: nodes[3]?.outputs });
    expect(folded.nodes[3]?.constant).toMatchObject({ dtype: float32, shape: [3] });
    expect(folded.outputs).toEqual(['c:0']);
  });

  const a = given('a', floats(1, 2));
  it.each<[string, Node[], string]>([
    ['what an input decides', [a, input('x', [2]), op('y', 'Mul', ['x', 'a'], [2])], 'y Mul'],
    ['a variable without a value', [a, variable('v', [2]), op('y', 'Mul', ['v', 'a'], [2])], 'y Mul'],
    [
      'sizes that are known later',
      [given('n', { ...whole(dynamicSize(0), 2), dynamic: true }), op('y', 'Cast', ['n'], [2])],
      'y Cast',
    ],
    ['results of a size that is known later', [a, op('y', 'Neg', ['a'], [-1])], 'y Neg'],
    ['draws', [given('n', whole(2)), op('y', 'RandomUniform', ['n'], [2])], 'y RandomUniform'],
    [
      'draws of whole numbers',
      [given('n', whole(2)), op('y', 'StatefulUniformInt', ['n'], [2])],
      'y StatefulUniformInt',
    ],
    ['draws of classes', [given('n', whole(2)), op('y', 'Multinomial', ['n'], [2])], 'y Multinomial'],
    ['an input without operands', [input('y', [2])], 'y Input'],
  ])('keeps %s', (_, nodes, expected) => {
    const folded = foldConstants(graphOf(nodes, 'y'), state);
    expect(opsOf(folded).at(-1)).toBe(expected);
    expect(folded.nodes.at(-1)).toBe(nodes.at(-1));
  });

  it('folds what has such a word within its name, and draws that follow from their seed', () => {
    const seeds = [given('n', whole(3)), given('s', whole(1, 2))];
    const attributes = { dtype: { type: float32 }, T: { type: int32 }, Tseed: { type: int32 } };
    const folded = foldConstants(
      graphOf([...seeds, op('y', 'StatelessRandomUniform', ['n', 's'], [3], attributes)], 'y'),
      state,
    );
    expect(opsOf(folded).at(-1)).toBe('y Const');
  });

  it.each(['Reshape', 'ExpandDims', 'Squeeze', 'Identity'])(
    'keeps a %s, and computes what comes behind it',
    (operator) => {
      const second =
        operator === 'Reshape' ? given('s', whole(3, 1)) : given('s', constant(Int32Array.of(1), []));
      const attributes = {
        T: { type: float32 },
        ...(operator === 'Reshape' && { Tshape: { type: int32 } }),
        ...(operator === 'ExpandDims' && { Tdim: { type: int32 } }),
        ...(operator === 'Squeeze' && { squeeze_dims: { ints: [] } }),
      };
      const inputs = operator === 'Reshape' || operator === 'ExpandDims' ? ['w', 's'] : ['w'];
      const shape = inputs.length === 2 ? [3, 1] : [3];
      const nodes = [
        variable('w', [3]),
        second,
        op('r', operator, inputs, shape, attributes),
        op('y', 'Neg', ['r'], shape),
      ];
      const folded = foldConstants(graphOf(nodes, 'y'), state);
      expect(opsOf(folded).slice(2)).toEqual([`r ${operator}`, 'y Const']);
      expect(folded.nodes[3]?.constant?.shape).toEqual(shape);
      expect(numbersOf(folded.nodes[3] as Node)).toEqual([-2, -3, -4]);
    },
  );

  it('keeps an op of two results, each of which is known by its place', () => {
    const split: Node = {
      ...op('s', 'Split', ['axis', 'w'], [2], { T: { type: float32 }, num_split: { i: 3 } }),
      outputs: [0, 1, 2].map(() => ({ dtype: float32, shape: [1] })),
    };
    const nodes = [
      given('axis', constant(Int32Array.of(0), [])),
      variable('w', [3]),
      split,
      op('y', 'Sub', ['s:2', 's:0'], [1]),
    ];
    const folded = foldConstants(graphOf(nodes, 'y'), state);
    expect(opsOf(folded).slice(2)).toEqual(['s Split', 'y Const']);
    expect(numbersOf(folded.nodes[3] as Node)).toEqual([2]);
  });
});

it('dropUnused keeps what outputs need, in its order, and what is assigned besides', () => {
  const nodes = [
    input('x', [1]),
    op('a', 'Neg', ['x'], [1]),
    op('b', 'Neg', ['x'], [1]),
    op('c', 'Neg', ['a'], [1]),
    op('d', 'Neg', ['b'], [1]),
  ];
  const updates = new Map([['v', 'x:0']]);
  const kept = dropUnused({ ...graphOf(nodes, 'c'), updates });
  expect(opsOf(kept)).toEqual(['x Input', 'a Neg', 'c Neg']);
  expect(kept).toMatchObject({ outputs: ['c:0'], updates });
});

it('compute gives bytes, whole numbers and truths in their own types', () => {
  const [bytes] = compute(op('y', 'Mul', [], [2], { T: { type: uint8 } }), [
    constant(Uint8Array.of(3, 5)),
    constant(Uint8Array.of(7, 9)),
  ]);
  expect(bytes).toEqual(constant(Uint8Array.of(21, 45)));
  const [more] = compute(op('y', 'Greater', [], [2], { T: { type: int32 } }), [whole(3, -5), whole(-7, 9)]);
  expect(more).toEqual(constant(Uint8Array.of(1, 0), [2], bool));
  const [sum] = compute(op('y', 'AddV2', [], [1], { T: { type: int32 } }), [whole(2 ** 30), whole(5)]);
  expect(sum).toEqual(whole(2 ** 30 + 5));
});

it('typed reads an array within a larger one as it is', () => {
  const all = Float32Array.of(1, 2, 3);
  expect(typed(float32, new Uint8Array(all.buffer, 4, 8))).toEqual(Float32Array.of(2, 3));
  expect(typed(int32, new Uint8Array(Int32Array.of(7, -8).buffer))).toEqual(Int32Array.of(7, -8));
  expect(typed(bool, Uint8Array.of(1, 0))).toEqual(Uint8Array.of(1, 0));
});

it.each<[Attribute, number, unknown]>([
  [{ s: 'SAME' }, AttributeType.string, 'SAME'],
  [{ i: 3 }, AttributeType.int, 3],
  [{ f: 0.5 }, AttributeType.float, 0.5],
  [{ b: true }, AttributeType.bool, true],
  [{ type: int32 }, AttributeType.type, int32],
  [{ shape: [2, 3] }, AttributeType.shape, [2, 3]],
  [{ ints: [1, 2] }, AttributeType.int, [1, 2]],
  [{ floats: [0.5] }, AttributeType.float, [0.5]],
  [{ bools: [true, false] }, AttributeType.bool, [true, false]],
])('eager: %j', (attribute, type, value) => {
  expect(eager('name', attribute)).toEqual({ name: 'name', type, value });
});

describe('dropNeutral', () => {
  const zeros = given('zeros', floats(0, 0));
  const ones = given('ones', floats(1, 1));
  /** `x` of two numbers, an op on it, and what uses that. */
  const dropped = (operator: string, inputs: string[], shape = [2], more: Node[] = []) => {
    const nodes = [
      input('x', [2]),
      zeros,
      ones,
      ...more,
      op('y', operator, inputs, shape),
      op('z', 'Neg', ['y'], shape),
    ];
    return dropNeutral(graphOf(nodes, 'z', 'y'));
  };

  it.each([
    ['Add', ['x', 'zeros']],
    ['Add', ['zeros', 'x']],
    ['AddV2', ['x', 'zeros']],
    ['AddV2', ['zeros', 'x']],
    ['BiasAdd', ['x', 'zeros']],
    ['Sub', ['x', 'zeros']],
    ['Mul', ['x', 'ones']],
    ['Mul', ['ones', 'x']],
    ['RealDiv', ['x', 'ones']],
    ['Div', ['x', 'ones']],
  ])('gives the users of %s %j the operand', (operator, inputs) => {
    const graph = dropped(operator, inputs);
    expect(graph.nodes.at(-1)?.inputs).toEqual(['x:0']);
    expect(graph.outputs).toEqual(['z:0', 'x:0']);
    expect(opsOf(graph).at(-2)).toBe(`y ${operator}`);
  });

  const dynamic = given('later', { ...floats(0, 0), dynamic: true });
  const halves = given('whole', whole(0, 0));
  it.each<[string, string[], number[], Node[]]>([
    ['Sub', ['zeros', 'x'], [2], []],
    ['BiasAdd', ['zeros', 'x'], [2], []],
    ['RealDiv', ['ones', 'x'], [2], []],
    ['Div', ['ones', 'x'], [2], []],
    ['Add', ['x', 'ones'], [2], []],
    ['Mul', ['x', 'zeros'], [2], []],
    ['Maximum', ['x', 'zeros'], [2], []],
    ['Add', ['x', 'zeros', 'zeros'], [2], []],
    ['Add', ['x', 'some'], [2], [given('some', floats(0, 1e-30))]],
    ['Add', ['x', 'zeros'], [3, 2], []],
    ['Add', ['x', 'v'], [2], [variable('v', [2])]],
    ['Add', ['x', 'later'], [2], [dynamic]],
    ['Add', ['x', 'whole'], [2], [halves]],
  ])('keeps %s %j of shape %j', (operator, inputs, shape, more) => {
    const graph = dropped(operator, inputs, shape, more);
    expect(graph.nodes.at(-1)?.inputs).toEqual(['y:0']);
    expect(graph.outputs).toEqual(['z:0', 'y:0']);
  });

  it('follows one after another, and reads the shape of the right output of many', () => {
    const split: Node = {
      ...op('s', 'Split', ['x'], [1]),
      outputs: [
        { dtype: float32, shape: [1] },
        { dtype: float32, shape: [2] },
      ],
    };
    const nodes = [
      input('x', [3]),
      zeros,
      ones,
      split,
      op('a', 'Add', ['s:1', 'zeros'], [2]),
      op('b', 'Mul', ['a', 'ones'], [2]),
      op('z', 'Neg', ['b'], [2]),
    ];
    expect(dropNeutral(graphOf(nodes, 'z')).nodes.at(-1)?.inputs).toEqual(['s:1']);
  });
});
