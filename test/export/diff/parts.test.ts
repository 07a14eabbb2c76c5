// What differs in weights, by NumPy's numbers, and in everything that graphs, nodes and functions say.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff } from '../../../export/diff/index.ts';
import { metadataChanges, structureChanges } from '../../../export/diff/structure.ts';
import { weightChanges } from '../../../export/diff/weights.ts';
import { cardKey } from '../../../models/card.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { floatTensor, int64Tensor, namedNode } from '../../../models/onnx/make.ts';
import {
  type AttributeProto,
  attributeType,
  dataType,
  type GraphProto,
  type ModelProto,
  type TensorProto,
} from '../../../models/onnx/schema.ts';
import { python } from '../../python.ts';
import { real } from '../../real.ts';

const graphOf = (graph: Partial<GraphProto>): GraphProto => ({
  name: '',
  node: [],
  initializer: [],
  input: [],
  output: [],
  ...graph,
});
const modelOf = (graph: Partial<GraphProto>, rest: Partial<ModelProto> = {}): ModelProto => ({
  ...{ ir_version: 8, opset_import: [{ domain: '', version: 17 }], metadata_props: [] },
  graph: graphOf(graph),
  ...rest,
});

describe('weights', () => {
  const changes = (before: TensorProto[], after: TensorProto[]) =>
    weightChanges(modelOf({ initializer: before }), modelOf({ initializer: after }));

  it('have the differences that NumPy finds', () => {
    const float = real(-100, 100).map(Math.fround);
    const pairs = fc.sample(fc.array(fc.tuple(float, float), { minLength: 1, maxLength: 20 }), {
      numRuns: 100,
      seed: 1,
    });
    const script = `
import json, sys, numpy as np
found = []
for pairs in json.load(sys.stdin):
    a, b = np.array(pairs, np.float32).astype(np.float64).T
    length = np.linalg.norm(a)
    found.append([float(np.abs(a - b).max()), float(np.linalg.norm(a - b) / length) if length else None, bool((a == b).all())])
print(json.dumps(found))`;
    const theirs: [number, number | null, boolean][] = JSON.parse(
      python(script, [], Buffer.from(JSON.stringify(pairs))),
    );
    for (const [i, pair] of pairs.entries()) {
      const [before, after] = [0, 1].map((side) =>
        floatTensor(
          'w',
          pair.map((both) => (both[side] ?? 0) + 0),
        ),
      ) as [TensorProto, TensorProto];
      const { equal, changed } = changes([before], [after]);
      const [largest, relative, isEqual] = theirs[i] ?? [0, 0, false];
      expect([equal, changed.length]).toEqual(isEqual ? [1, 0] : [0, 1]);
      if (isEqual) continue;
      expect(changed[0]).toMatchObject({ name: 'w', shape: [pair.length] });
      expect(changed[0]?.largest).toBeCloseTo(largest, 9);
      if (relative === null) expect(changed[0]?.relative).toBe(Number.POSITIVE_INFINITY);
      else expect((changed[0]?.relative ?? 0) / relative).toBeCloseTo(1, 9);
    }
  });

  it('of 64 bits are held apart exactly; what is no number, or has no length, is infinitely far', () => {
    const bits = (value: bigint) => ({
      ...int64Tensor('w', [0]),
      raw_data: new Uint8Array(BigInt64Array.of(value).buffer),
    });
    const [[up], [down]] = [
      changes([bits(2n ** 62n)], [bits(2n ** 62n + 3n)]).changed,
      changes([bits(2n ** 62n + 3n)], [bits(2n ** 62n)]).changed,
    ];
    expect([up?.largest, down?.largest]).toEqual([3, 3]);
    const other = (before: number[], after: number[]) =>
      changes([floatTensor('w', before)], [floatTensor('w', after)]).changed[0];
    expect(other([1, 2], [1, Number.NaN])).toMatchObject({ largest: Number.POSITIVE_INFINITY });
    expect(other([Number.NaN, 2], [Number.NaN, 3])?.largest).toBe(1);
    expect(other([Number.POSITIVE_INFINITY, 2], [Number.POSITIVE_INFINITY, 3])?.largest).toBe(1);
    // Another zero is another number, at no distance.
    expect(other([0, 2], [-0, 2])).toMatchObject({ largest: 0, relative: 0 });
    expect(other([0, 0], [-0, 0])).toMatchObject({ largest: 0, relative: Number.POSITIVE_INFINITY });
  });

  it('of another type, shape or text are listed by what they are', () => {
    const text = (...texts: string[]): TensorProto => ({
      name: 't',
      dims: [texts.length],
      data_type: dataType.STRING,
      string_data: texts.map((each) => Buffer.from(each)),
    });
    const cut = { ...floatTensor('c', [1, 2]), raw_data: new Uint8Array(5) };
    const before = [
      floatTensor('a', [1, 2]),
      floatTensor('b', [1, 2]),
      text('x', 'y'),
      floatTensor('gone', [9]),
      floatTensor('c', [1, 2]),
    ];
    const after = [
      int64Tensor('a', [1, 2]),
      floatTensor('b', [1, 2], [1, 2]),
      text('x', '"'),
      floatTensor('here', [8]),
      cut,
    ];
    const found = changes(before, after);
    expect(found).toMatchObject({ equal: 0, changed: [], renamed: [] });
    expect(found.others).toEqual([
      { what: 'weight a', before: 'float[2]', after: 'int64[2]' },
      { what: 'weight b', before: 'float[2]', after: 'float[1,2]' },
      { what: 'weight t', before: 'string[2] "x", "y"', after: 'string[2] "x", "\\""' },
      { what: 'weight gone', before: 'float[1]' },
      { what: 'weight c', before: 'float[2]', after: 'float[2], 5 of 8 bytes' },
      { what: 'weight here', after: 'float[1]' },
    ]);
    expect(changes([text('x')], [text('x')])).toEqual({ equal: 1, changed: [], renamed: [], others: [] });
  });

  it('with another name are found by their numbers, each once, and none that has kept its name', () => {
    const one = (name: string) => floatTensor(name, [1, 2]);
    const two = (name: string) => floatTensor(name, [3, 4]);
    expect(changes([one('a'), one('b'), two('c')], [two('d'), one('e'), one('f')])).toEqual({
      ...{ equal: 0, changed: [], others: [] },
      renamed: [
        { before: 'a', after: 'e', shape: [2] },
        { before: 'b', after: 'f', shape: [2] },
        { before: 'c', after: 'd', shape: [2] },
      ],
    });
    const same = changes([one('a'), one('b')], [one('c')]);
    expect(same).toMatchObject({
      renamed: [{ before: 'a', after: 'c' }],
      others: [{ what: 'weight b', before: 'float[2]' }],
    });
    // The same numbers in another shape are another array.
    expect(changes([one('a')], [floatTensor('b', [1, 2], [1, 2])]).renamed).toEqual([]);
    // Both files have a `b`, of another type in one: it is no other name of `a`.
    const kept = changes([one('a'), int64Tensor('b', [5])], [one('b'), int64Tensor('c', [5])]);
    expect(kept.renamed).toEqual([]);
    expect(kept.others.map(({ what }) => what)).toEqual(['weight a', 'weight b', 'weight c']);
  });
});

describe('structure', () => {
  const nodesOf = (...all: GraphProto['node']) => {
    const found = structureChanges(modelOf({}), modelOf({ node: all }));
    return found.filter(({ what }) => what.startsWith('node')).map(({ what, after }) => `${what}: ${after}`);
  };
  const settings = (...all: AttributeProto[]) =>
    nodesOf(namedNode('Op', 'n', ['x', 'y'], all))[0]?.replace(/^node n: Op\(x, y, (.*)\) -> n$/, '$1');

  it('has versions, ports and operators', () => {
    const port = (name: string, elem_type: number, dim: object[]) => ({
      name,
      type: { tensor_type: { elem_type, shape: { dim } } },
    });
    const before = modelOf(
      {
        input: [port('x', dataType.FLOAT, [{ dim_param: 'N' }, { dim_value: 3 }, {}])],
        output: [{ name: 'y' }],
      },
      { producer_name: 'one', producer_version: '2' },
    );
    const after = modelOf(
      {
        input: [port('x', dataType.UINT8, [])],
        output: [{ name: 'y', type: { tensor_type: { elem_type: dataType.FLOAT } } }, { name: 'z' }],
        node: [
          namedNode('Relu', 'a', ['x']),
          namedNode('Relu', 'b', ['a']),
          { ...namedNode('Own', 'c', ['b']), domain: 'local' },
          { ...namedNode('Relu', 'd', ['b']), domain: 'ai.onnx' },
        ],
      },
      {
        ir_version: 9,
        opset_import: [
          { domain: 'ai.onnx', version: 18 },
          { domain: 'local', version: 1 },
        ],
        $unknowns: [new Uint8Array(3)],
      },
    );
    expect(structureChanges(before, after).slice(0, 7)).toEqual([
      { what: 'opset', before: '17', after: '18, local 1' },
      { what: 'IR version', before: '8', after: '9' },
      { what: 'producer', before: 'one 2', after: '' },
      { what: 'inputs', before: 'x float[N,3,?]', after: 'x uint8[]' },
      { what: 'outputs', before: 'y no tensor', after: 'y float, z no tensor' },
      { what: 'operators', before: '', after: 'Relu 3, local.Own 1' },
      // The digest of three zeros, as coreutils' sha256sum has it.
      { what: 'fields that are not known here', after: '1 of them, SHA-256 709e80c8' },
    ]);
    expect(structureChanges(before, before)).toEqual([]);
  });

  it('has every node by a name of its own', () => {
    const unnamed = { ...namedNode('Relu', 'a', ['x']), name: '' };
    expect(
      nodesOf(
        unnamed,
        unnamed,
        unnamed,
        { ...unnamed, output: ['a', 'b'], $unknowns: [new Uint8Array(3)] },
        { ...namedNode('Own', 'o', []), domain: 'local' },
      ),
    ).toEqual([
      'node a: Relu(x) -> a',
      'node a#2: Relu(x) -> a',
      'node a#3: Relu(x) -> a',
      'node a#4: Relu(x) -> a, b, other fields: 1 of them, SHA-256 709e80c8',
      'node o: local.Own() -> o',
    ]);
  });

  it('has attributes of every type, in the order of their names', () => {
    const { TENSOR, GRAPH, FLOATS, STRINGS, TENSORS, GRAPHS, SPARSE_TENSOR } = attributeType;
    const inner = graphOf({ input: [{ name: 'i' }], output: [{ name: 'o' }] });
    expect(settings(attribute.int('b', 2), attribute.float('a', 0.5), attribute.text('c', 'SAME'))).toBe(
      'a=0.5, b=2, c=SAME',
    );
    expect(
      settings(
        attribute.ints('a', [1, 2]),
        { name: 'b', type: FLOATS, floats: [0.5, 1] },
        { name: 'c', type: STRINGS, strings: [Buffer.from('a,b'), Buffer.from('c')] },
      ),
    ).toBe('a=[1,2], b=[0.5,1], c=["a,b","c"]');
    expect(
      settings(
        attribute.tensor('a', floatTensor('', [1, 2])),
        { name: 'b', type: TENSOR },
        { name: 'c', type: TENSORS, tensors: [floatTensor('', [1])] },
      ),
    ).toBe('a=float[2], b=no tensor, c=[float[1]]');
    expect(settings({ name: 'a', type: GRAPH }, { name: 'b', type: GRAPHS, graphs: [inner] })).toBe(
      'a=no graph, b=[{i no tensor -> o no tensor}]',
    );
    expect(
      settings(
        { name: 'a', type: GRAPH, g: inner },
        { name: 'b', type: attributeType.INT, ref_attr_name: 'of' },
      ),
    ).toBe('a={i no tensor -> o no tensor}, b=@of');
    expect(settings({ name: 'a', type: SPARSE_TENSOR, sparse_tensor: { dims: [9] } })).toBe(
      'a={"dims":[[9]]}',
    );
    const typed = {
      name: 'a',
      type: attributeType.TYPE_PROTO,
      tp: { denotation: 'x', $unknowns: [Uint8Array.of(1, 2)] },
    };
    expect(settings(typed as AttributeProto)).toBe(
      'a={"tp":{"denotation":"x","$unknowns":[[1,2]]},"dims":[null]}',
    );
  });

  it('has nodes within branches, and functions with their nodes', () => {
    const inner = graphOf({ node: [namedNode('Neg', 'n', ['x'])] });
    const { GRAPH, GRAPHS } = attributeType;
    const found = nodesOf(
      namedNode(
        'If',
        'if',
        ['c'],
        [
          { name: 'then', type: GRAPH, g: inner },
          { name: 'all', type: GRAPHS, graphs: [inner, inner] },
        ],
      ),
    );
    expect(found.slice(1)).toEqual([
      'node if/then/n: Neg(x) -> n',
      'node if/all[0]/n: Neg(x) -> n',
      'node if/all[1]/n: Neg(x) -> n',
    ]);
    const each = {
      ...{
        name: 'f',
        input: ['a'],
        output: ['b'],
        attribute: ['k'],
        attribute_proto: [attribute.int('m', 1)],
      },
      ...{ node: [namedNode('Abs', 'n', ['a'])], opset_import: [{ domain: '', version: 17 }] },
    };
    const { attribute_proto: _, ...plain } = each;
    const functions = [
      { ...each, domain: 'local' },
      { ...plain, name: 'g', domain: '' },
    ];
    const changed = structureChanges(modelOf({}), modelOf({}, { functions }));
    expect(changed.slice(1)).toEqual([
      { what: 'function local.f', after: '(a, k, m=1) -> b, opset 17' },
      { what: 'node function local.f/n', after: 'Abs(a) -> n' },
      { what: 'function g', after: '(a, k) -> b, opset 17' },
      { what: 'node function g/n', after: 'Abs(a) -> n' },
    ]);
  });
});

it('metadata is what files say of themselves beside the card', () => {
  const before = modelOf(
    { name: 'g' },
    {
      domain: 'd',
      doc_string: '',
      metadata_props: [
        { key: cardKey, value: 'a' },
        { key: 'author', value: 'me' },
        { key: 'empty', value: '' },
      ],
    },
  );
  const after = modelOf(
    { name: 'h' },
    {
      model_version: 3n,
      doc_string: 'new',
      metadata_props: [
        { key: cardKey, value: 'b' },
        { key: 'author', value: 'you' },
      ],
    },
  );
  expect(metadataChanges(before, after)).toEqual([
    { what: 'domain', before: 'd' },
    { what: 'graph name', before: 'g', after: 'h' },
    { what: 'author', before: 'me', after: 'you' },
    { what: 'model version', after: '3' },
    { what: 'description', after: 'new' },
  ]);
});

it('cards are compared field by field, lists of plain values as one', async () => {
  const file = (card: unknown) => ({
    path: 'x',
    source: 'x',
    bytes: new Uint8Array(),
    model: modelOf({}),
    card,
  });
  // No card has all of these fields; files without one are compared as well.
  const { card } = await diff(
    file(undefined) as never,
    file({ list: [1, 'a'], deep: { list: [{ a: 1 }, { a: null }], empty: [], flag: true } }) as never,
  );
  expect(card).toEqual([
    { what: 'list', after: '[1,"a"]' },
    { what: 'deep.list.0.a', after: '1' },
    { what: 'deep.list.1.a', after: 'null' },
    { what: 'deep.empty', after: '[]' },
    { what: 'deep.flag', after: 'true' },
  ]);
});
