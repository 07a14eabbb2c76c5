// What is promised of the parts of a model in memory, as onnx.proto has them: each found, by its place, and nothing else.
import { describe, expect, it, test } from 'vitest';
import { attribute, intOf, intsOf } from '../../../models/onnx/attribute.ts';
import { constantOf, constantsOf } from '../../../models/onnx/constants.ts';
import { mapTensors, tensorsOf } from '../../../models/onnx/every-tensor.ts';
import { externalLocations } from '../../../models/onnx/external-locations.ts';
import { opsetOf, weightBytes } from '../../../models/onnx/facts.ts';
import { namedNode } from '../../../models/onnx/make.ts';
import { graphsOf, inputsOf, nodesOf, readsOf } from '../../../models/onnx/reads.ts';
import {
  attributeType,
  dataType,
  decodeModel,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type TensorProto,
  typeName,
} from '../../../models/onnx/schema.ts';
import { graph, model, nodeWith, one } from './messages.ts';

describe('attributes', () => {
  const node = namedNode(
    'Own',
    'y',
    ['x'],
    [
      attribute.int('axis', -1),
      attribute.ints('axes', [1, 2]),
      attribute.float('alpha', 0.5),
      attribute.text('mode', 'größer'),
      attribute.tensor('value', one('')),
    ],
  );

  it('are written with their types', () => {
    // AttributeProto.AttributeType: FLOAT, INT, STRING, TENSOR, INTS.
    expect(node.attribute).toEqual([
      { name: 'axis', type: 2, i: -1 },
      { name: 'axes', type: 7, ints: [1, 2] },
      { name: 'alpha', type: 1, f: 0.5 },
      { name: 'mode', type: 3, s: new Uint8Array(Buffer.from('größer')) },
      { name: 'value', type: 4, t: one('') },
    ]);
    expect(decodeModel(encodeModel(model({ node: [node] }))).graph.node).toEqual([node]);
  });

  it('are found by their names', () => {
    expect([intOf(node, 'axis'), intOf(node, 'axes'), intOf(node, 'none')]).toEqual([
      -1,
      undefined,
      undefined,
    ]);
    expect([intsOf(node, 'axes'), intsOf(node, 'axis'), intsOf(node, 'none')]).toEqual([
      [1, 2],
      undefined,
      undefined,
    ]);
    const large = { ...node, attribute: [{ name: 'k', type: 2, i: 2n ** 60n, ints: [2n ** 60n] }] };
    expect([intOf(large, 'k'), intsOf(large, 'k')]).toEqual([2 ** 60, [2 ** 60]]);
  });
});

describe('constants of nodes', () => {
  const { FLOAT, FLOATS, INT, INTS, STRING, STRINGS, TENSOR, SPARSE_TENSOR } = attributeType;
  test.each<[number, object | undefined]>([
    [FLOAT, { dims: [], data_type: dataType.FLOAT, float_data: [0] }],
    [FLOATS, { dims: [0], data_type: dataType.FLOAT, float_data: [] }],
    [INT, { dims: [], data_type: dataType.INT64, int64_data: [0] }],
    [INTS, { dims: [0], data_type: dataType.INT64, int64_data: [] }],
    [STRING, { dims: [], data_type: dataType.STRING, string_data: [new Uint8Array()] }],
    [STRINGS, { dims: [0], data_type: dataType.STRING, string_data: [] }],
    [TENSOR, undefined],
    [SPARSE_TENSOR, undefined],
    [0, undefined],
  ])('of type %d are zeros where the file leaves them out', (type, constant) => {
    expect(constantOf(nodeWith('Constant', { type }))).toEqual(constant && { name: 'y', ...constant });
  });

  it("are ONNX's own alone", () => {
    const given = { type: TENSOR, t: one('inner') };
    for (const domain of [undefined, '', 'ai.onnx'])
      expect(constantOf(nodeWith('Constant', given, { ...(domain !== undefined && { domain }) }))).toEqual(
        one('y'),
      );
    for (const node of [
      nodeWith('Constant', given, { domain: 'com.example' }),
      nodeWith('Own', given),
      namedNode('Constant', 'y', []),
    ])
      expect(constantOf(node)).toBeUndefined();
    expect(constantOf(nodeWith('Constant', given, { output: [] }))).toEqual(one(''));
  });

  it('come after the weights', () => {
    const { name: _, ...unnamed } = one('');
    const constants = constantsOf(
      graph({ initializer: [one('w'), unnamed], node: [nodeWith('Constant', { type: TENSOR, t: one('') })] }),
    );
    expect([...constants]).toEqual([
      ['w', one('w')],
      ['', unnamed],
      ['y', one('y')],
    ]);
  });
});

describe('every array', () => {
  const { FLOATS } = attributeType;
  const sparse = (name: string) => ({ values: one(name), indices: one(''), dims: [9] });
  const whole = model(
    {
      initializer: [one('w'), one('w'), one('w')],
      sparse_initializer: [sparse('s'), { dims: [1] }],
      node: [
        nodeWith('Constant', { t: one('') }, { name: 'a node' }),
        nodeWith('Constant', { type: FLOATS, floats: [1] }, { output: ['list'] }),
        nodeWith('Own', { t: one('') }, { name: 'own' }),
        nodeWith('Own', { tensors: [one(''), one('')] }, { output: ['nameless'] }),
        nodeWith('Own', { sparse_tensor: sparse(''), sparse_tensors: [sparse('')] }, { name: 'thin' }),
        nodeWith('If', { g: graph({ initializer: [one('b')] }) }, { name: 'if' }),
        nodeWith(
          'Switch',
          {
            graphs: [
              graph({ sparse_initializer: [sparse('c')] }),
              graph({ node: [nodeWith('Own', { t: one('') })] }),
            ],
          },
          { name: 'switch' },
        ),
        namedNode('Relu', 'z', ['y']),
        nodeWith('Own', { i: 1 }, { output: [] }),
      ],
    },
    {
      functions: [
        {
          ...{ name: 'f', domain: 'local', input: [], output: [], attribute: [], opset_import: [] },
          node: [nodeWith('Own', { t: one('') }, { name: 'inside' })],
          attribute_proto: [
            { name: 'given', type: 4, t: one('') },
            { name: 'branch', type: 5, g: graph({ initializer: [one('d')] }) },
          ],
        },
        {
          ...{ name: 'g', input: [], output: [], attribute: [], opset_import: [] },
          node: [nodeWith('Constant', { t: one('') })],
        },
      ],
    },
  );
  const places = [
    ...[
      'w',
      'w',
      'w',
      's values',
      's indices',
      'y',
      'list',
      'own value',
      'nameless value[0]',
      'nameless value[1]',
    ],
    ...['thin value values', 'thin value indices', 'thin value[0] values', 'thin value[0] indices'],
    ...['if/value/b', 'switch/value/0/c values', 'switch/value/0/c indices', 'switch/value/1/y value'],
    ...[
      'function local.f/inside value',
      'function local.f/given',
      'function local.f/branch/d',
      'function g/y',
    ],
  ];

  it('has its place, in order, and the model stays as it is', () => {
    const seen: string[] = [];
    const same = mapTensors(whole, (tensor, place) => {
      seen.push(place);
      return tensor;
    });
    expect(seen).toEqual(places);
    expect(same).toEqual(whole);
    expect(Object.keys(mapTensors(model(), (tensor) => tensor))).not.toContain('functions');
  });

  it('is replaced where it is', () => {
    const changed = mapTensors(whole, (tensor, place) => ({ ...tensor, doc_string: place }));
    const seen: (string | undefined)[] = [];
    mapTensors(changed, (tensor) => {
      seen.push(tensor.doc_string);
      return tensor;
    });
    // A list of numbers is seen, and stays one.
    expect(seen).toEqual(places.map((place) => (place === 'list' ? undefined : place)));
    expect(changed.graph.node[1]).toEqual(whole.graph.node[1]);
  });

  it('has another name where two are at one place', () => {
    const found = tensorsOf(whole);
    expect([...found.keys()]).toEqual(
      places.map((place, i) => (place === 'w' && i > 0 ? `w#${i + 1}` : place)),
    );
    expect([...(found.get('list')?.raw_data ?? [])]).toEqual([0, 0, 128, 63]);
  });

  it('that is in another file names it, once, and is left there', () => {
    const outside = (name: string, location?: string, data_location = 1): TensorProto => ({
      ...{ name, dims: [1], data_type: dataType.FLOAT, data_location },
      external_data: [
        { key: 'offset', value: '4' },
        ...(location ? [{ key: 'location', value: location }] : []),
      ],
    });
    const { raw_data: _, ...empty } = one('e');
    const elsewhere = model({
      initializer: [
        outside('a', 'a.data'),
        outside('b', 'b.data'),
        outside('c', 'a.data'),
        outside('d', 'inside.data', 0),
        outside('none'),
        { ...empty, data_location: 1 },
        one('w'),
      ],
    });
    expect(externalLocations(elsewhere)).toEqual(['a.data', 'b.data']);
    expect(tensorsOf(elsewhere).get('a')).toEqual(outside('a', 'a.data'));
  });
});

describe('what a graph reads', () => {
  const inner = graph({
    node: [
      namedNode('Add', 'deep', ['outer', '']),
      nodeWith('If', { g: graph({ output: [{ name: 'passed' }] }) }),
    ],
    output: [{ name: 'deep' }],
  });
  const other = graph({ node: [namedNode('Neg', 'n', ['m'])] });
  const node = { ...nodeWith('Loop', { g: inner, graphs: [other] }), input: ['x', '', 'c'] };

  it('is what its nodes take, and what those within them take from around', () => {
    expect(readsOf(node)).toEqual(['x', 'c', 'outer', 'passed', 'deep', 'm']);
    expect(readsOf(namedNode('Relu', 'y', ['x']))).toEqual(['x']);
    expect([graphsOf(node), graphsOf(nodeWith('Own', { graphs: [other] }))]).toEqual([
      [inner, other],
      [other],
    ]);
  });

  it('are nodes of functions, too', () => {
    const functions = [
      { input: [], output: [], attribute: [], opset_import: [], node: [namedNode('Abs', 'a', ['b'])] },
    ];
    const operators = (each: ModelProto) => nodesOf(each).map(({ op_type }) => op_type);
    expect(operators(model({ node: [node, namedNode('Relu', 'z', [])] }, { functions }))).toEqual([
      ...['Loop', 'Add', 'If', 'Neg', 'Relu', 'Abs'],
    ]);
    expect(operators(model())).toEqual([]);
  });

  it('are inputs that are no weights', () => {
    const input = ['x', 'w', 's'].map((name) => ({ name }));
    const sparse_initializer = [{ values: one('s'), dims: [1] }, { dims: [1] }];
    const names = (each: GraphProto) => inputsOf(each).map(({ name }) => name);
    expect(names(graph({ input, initializer: [one('w')], sparse_initializer }))).toEqual(['x']);
    expect(names(graph({ input, initializer: [one('w')] }))).toEqual(['x', 's']);
  });
});

describe('facts', () => {
  const opset = (...opset_import: ModelProto['opset_import']) => opsetOf(model({}, { opset_import }));

  it("have the version of ONNX's own operators, by either name", () => {
    expect(opset({ domain: 'com.example', version: 3 }, { domain: '', version: 17 })).toBe(17);
    expect(opset({ version: 9 })).toBe(9);
    expect(opset({ domain: 'ai.onnx.ml', version: 2 }, { domain: 'ai.onnx', version: 12 })).toBe(12);
    expect(opset({ domain: 'com.example', version: 3 })).toBeUndefined();
  });

  it('have the bytes of the weights, and names of types', () => {
    const { raw_data: _, ...empty } = one('e');
    const initializer = [{ ...one('w'), raw_data: new Uint8Array(5) }, empty, one('v')];
    expect(weightBytes(model({ initializer }))).toBe(6);
    expect([typeName(1), typeName(17), typeName(99)]).toEqual(['float', 'float8e4m3fn', 'type 99']);
  });
});
