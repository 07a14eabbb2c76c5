// Parts of graphs: what makes a value, what depends on one, the graph of one alone, and one whose names have a prefix.
import { describe, expect, it } from 'vitest';
import { floatTensor, namedNode } from '../../../models/onnx/make.ts';
import { dataType, encodeModel, type GraphProto, type NodeProto } from '../../../models/onnx/schema.ts';
import { dependentsOf, prefixed, producersOf, prunedTo } from '../../../models/onnx/subgraph.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { graph, model } from './messages.ts';

const typed = (name: string, elem_type: number, ...dims: number[]) => ({
  name,
  type: { tensor_type: { elem_type, shape: { dim: dims.map((dim_value) => ({ dim_value })) } } },
});
const answer = (name: string) => typed(name, dataType.FLOAT, 2);

/** A choice between two graphs, which take values from around them: `x + w`, or `a` as it is. */
const choice: NodeProto = {
  ...namedNode('If', 'y', ['flag']),
  attribute: [
    {
      ...{ name: 'then_branch', type: 5 },
      g: graph({ name: 'then', node: [namedNode('Add', 'sum', ['x', 'w'])], output: [answer('sum')] }),
    },
    {
      ...{ name: 'else_branch', type: 5 },
      g: graph({ name: 'else', node: [namedNode('Identity', 'same', ['a'])], output: [answer('same')] }),
    },
  ],
};

/** `y` is the choice, `z` needs something else; `flag` is an input as well. */
const both: GraphProto = graph({
  name: 'both',
  node: [namedNode('Abs', 'a', ['x']), choice, namedNode('Mul', 'z', ['x', 'v'])],
  input: [answer('x'), typed('flag', dataType.BOOL), answer('w')],
  output: [answer('y'), answer('z')],
  initializer: [floatTensor('w', [10, 20]), floatTensor('v', [3, 4])],
  value_info: [answer('a')],
});

async function answers(given: GraphProto, prefix = ''): Promise<number[][]> {
  // It warns of weights that are inputs as well.
  const options = { logSeverityLevel: 3 } as const;
  const session = await ort.InferenceSession.create(encodeModel(model(given)), options);
  const found: number[][] = [];
  for (const flag of [true, false]) {
    const { [`${prefix}y`]: y } = await session.run({
      [`${prefix}x`]: new ort.Tensor('float32', [-1, 2], [2]),
      [`${prefix}flag`]: new ort.Tensor('bool', [flag], []),
    });
    found.push(Array.from(y?.data ?? [], Number));
  }
  await session.release();
  return found;
}

it('the node that makes a value is found by each of its outputs', () => {
  const split = { ...namedNode('Split', 'first', ['x']), output: ['first', 'second'] };
  expect([...producersOf(graph({ node: [split] }))]).toEqual([
    ['first', split],
    ['second', split],
  ]);
});

describe('what depends on a value', () => {
  it('is all that is made of it, also within branches, and it itself', () => {
    expect([...dependentsOf(both, 'x')]).toEqual(['x', 'a', 'y', 'z']);
    expect([...dependentsOf(both, 'v')]).toEqual(['v', 'z']);
    expect([...dependentsOf(both, 'a')]).toEqual(['a', 'y']);
  });

  it('is no output that a node leaves out', () => {
    const dropout = { ...namedNode('Dropout', 'd', ['x']), output: ['d', ''] };
    const other = namedNode('Clip', 'c', ['w', '']);
    expect([...dependentsOf(graph({ node: [dropout, other] }), 'x')]).toEqual(['x', 'd']);
  });
});

describe('the graph of one output alone', () => {
  it('has the nodes and weights that it needs, in their order, and no sizes in between', async () => {
    const pruned = prunedTo(both, 'y');
    expect(pruned).toMatchObject({ name: 'both', output: [{ name: 'y' }], value_info: [] });
    expect(pruned.node).toEqual(both.node.slice(0, 2));
    expect(pruned.initializer.map(({ name }) => name)).toEqual(['w']);
    expect(pruned.input.map(({ name }) => name)).toEqual(['x', 'flag']);
    expect(prunedTo(both, 'z').input.map(({ name }) => name)).toEqual(['x']);
    expect(pruned).not.toHaveProperty('sparse_initializer');
    expect(await answers(pruned)).toEqual(await answers(both));
  });

  it('is that of a node of which one output is needed', () => {
    const split = { ...namedNode('Split', 'first', ['x']), output: ['first', 'second'] };
    expect(prunedTo(graph({ node: [split] }), 'second').node).toEqual([split]);
  });

  it('has the sparse weights that it needs', () => {
    const [s, t] = ['s', 't'].map((name) => ({
      ...{ values: floatTensor(name, [1]), indices: { name: '', dims: [1], data_type: dataType.INT64 } },
      dims: [4],
    }));
    const sparse = [s, t, { dims: [4] }].flatMap((each) => each ?? []);
    const given = graph({ node: [namedNode('Mul', 'y', ['x', 't'])], sparse_initializer: sparse });
    expect(prunedTo(given, 'y').sparse_initializer).toEqual([t]);
  });
});

describe('the graph whose names have a prefix', () => {
  it('answers as it did, by names that have it', async () => {
    const found = prefixed(both, 'p/');
    // Of x = [-1, 2]: with [10, 20] added, and its absolute value.
    expect(await answers(found, 'p/')).toEqual([
      [9, 22],
      [1, 2],
    ]);
    expect(found.node.map(({ name }) => name)).toEqual(['p/a', 'p/y', 'p/z']);
    expect(found.initializer.map(({ name }) => name)).toEqual(['p/w', 'p/v']);
    expect(found.value_info).toEqual([]);
    expect(found.node[1]?.attribute[0]?.g?.node[0]).toMatchObject({
      output: ['p/sum'],
      input: ['p/x', 'p/w'],
    });
    expect(found).not.toHaveProperty('sparse_initializer');
  });

  it('has it in lists of graphs and sparse weights, and keeps what is left out', () => {
    const inner = graph({ node: [{ op_type: 'Clip', input: ['x', ''], output: ['c'], attribute: [] }] });
    const found = prefixed(
      graph({
        node: [{ ...namedNode('Own', 'y', ['x']), attribute: [{ name: 'all', type: 10, graphs: [inner] }] }],
        sparse_initializer: [{ values: floatTensor('s', [1]), dims: [4] }, { dims: [4] }],
      }),
      'p/',
    );
    expect(found.node[0]?.attribute).toEqual([
      {
        ...{ name: 'all', type: 10 },
        graphs: [
          {
            ...inner,
            node: [{ op_type: 'Clip', input: ['p/x', ''], output: ['p/c'], attribute: [] }],
            value_info: [],
          },
        ],
      },
    ]);
    expect(found.sparse_initializer).toEqual([{ values: floatTensor('p/s', [1]), dims: [4] }, { dims: [4] }]);
  });
});
