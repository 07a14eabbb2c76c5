// What is promised of the parts of a model in memory, as onnx.proto has them: each found, by its place, and nothing else.
import { describe, expect, it, test } from 'vitest';
import { attribute, intOf, intsOf } from '../../../models/onnx/attribute.ts';
import { constantOf, constantsOf } from '../../../models/onnx/constants.ts';
import { mapTensors, tensorsOf } from '../../../models/onnx/every-tensor.ts';
import { externalLocations } from '../../../models/onnx/external-locations.ts';
import { opsetOf, weightBytes } from '../../../models/onnx/facts.ts';
import { readInputsAndOutputs } from '../../../models/onnx/inputs-and-outputs.ts';
import { namedNode } from '../../../models/onnx/make.ts';
import { readMetadata, readMetadataEntries } from '../../../models/onnx/metadata.ts';
import { graphsOf, inputsOf, nodesOf, readsOf } from '../../../models/onnx/reads.ts';
import {
  attributeType,
  dataType,
  decodeModel,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  typeName,
} from '../../../models/onnx/schema.ts';

const graph = (parts: Partial<GraphProto> = {}): GraphProto => ({
  ...{ node: [], input: [], output: [], initializer: [] },
  ...parts,
});
const model = (parts: Partial<GraphProto> = {}, more: Partial<ModelProto> = {}): ModelProto => ({
  ...{ ir_version: 8, opset_import: [{ version: 17 }], metadata_props: [] },
  graph: graph(parts),
  ...more,
});
const one = (name: string): TensorProto => ({
  ...{ name, dims: [], data_type: dataType.UINT8, raw_data: Uint8Array.of(1) },
});
const nodeWith = (op_type: string, given: object, rest: Partial<NodeProto> = {}): NodeProto => ({
  ...{ op_type, input: [], output: ['y'], ...rest },
  attribute: [{ name: 'value', type: 0, ...given }],
});

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

/** A field of a message as protobuf writes it; lengths up to 127. */
const field = (number: number, wire: number, ...payload: number[]) => {
  const tag = (number << 3) | wire;
  return [...(tag < 128 ? [tag] : [(tag & 127) | 128, tag >> 7]), ...payload];
};
const block = (number: number, payload: readonly number[]) => field(number, 2, payload.length, ...payload);
const text = (number: number, value: string) => block(number, [...Buffer.from(value)]);

describe('inputs and outputs', () => {
  it('are read without the rest of the model', () => {
    const value = (name: string, elem_type: number) => ({ name, type: { tensor_type: { elem_type } } });
    const bytes = encodeModel(
      model({
        node: [namedNode('Relu', 'y', ['x'])],
        initializer: [one('w')],
        input: [value('x', dataType.UINT8), { name: 'sequence', type: { denotation: 'x' } }, { name: 'any' }],
        output: [value('y', dataType.FLOAT), value('z', 99)],
        value_info: [value('inner', dataType.FLOAT)],
      }),
    );
    expect(readInputsAndOutputs(bytes)).toEqual({
      inputs: [
        { name: 'x', type: 'uint8' },
        { name: 'sequence', type: 'no tensor' },
        { name: 'any', type: 'no tensor' },
      ],
      outputs: [
        { name: 'y', type: 'float' },
        { name: 'z', type: 'type 99' },
      ],
    });
  });

  it('are read in any order of fields, among those that nobody knows', () => {
    const tensor = block(1, [...field(2, 2, 0), ...field(1, 0, 2), ...field(9, 0, 5)]);
    const type = block(2, [...text(6, 'IMAGE'), ...tensor, ...block(4, [])]);
    const port = block(11, [...field(20, 5, 1, 2, 3, 4), ...type, ...text(3, 'about it'), ...text(1, 'x')]);
    const empty = block(12, [...block(2, block(1, []))]);
    const bytes = [
      ...field(1, 0, 8),
      ...block(7, [...text(2, 'graph'), ...port, ...empty]),
      ...text(6, 'doc'),
    ];
    expect(readInputsAndOutputs(Uint8Array.from(bytes))).toEqual({
      inputs: [{ name: 'x', type: 'uint8' }],
      outputs: [{ name: '', type: 'no tensor' }],
    });
    expect(() => readInputsAndOutputs(Uint8Array.from(bytes.slice(0, -2)))).toThrow(
      /not a readable ONNX model/,
    );
  });
});

describe('metadata', () => {
  const pair = (key: string, value: string) => block(14, [...text(1, key), ...text(2, value)]);
  const read = (...fields: number[][]) => readMetadataEntries(Uint8Array.from(fields.flat()));
  const empty = block(7, []);

  it('is read wherever it is, in order', () => {
    const bytes = [...pair('a', '1'), ...field(1, 0, 8), ...empty, ...pair('b', ''), ...pair('a', '2')];
    expect(readMetadataEntries(Uint8Array.from(bytes))).toEqual([
      ['a', '1'],
      ['b', ''],
      ['a', '2'],
    ]);
    expect(readMetadata(Uint8Array.from(bytes))).toEqual({ a: '2', b: '' });
    const props = [{ key: 'k', value: 'größer' }];
    expect(readMetadata(encodeModel(model({}, { metadata_props: props })))).toEqual({ k: 'größer' });
  });

  it('skips what it does not know, in a pair too', () => {
    const odd = block(14, [
      ...field(1, 0, 7),
      ...field(3, 5, 1, 2, 3, 4),
      ...text(2, 'v'),
      ...field(2, 0, 1),
      ...text(1, 'k'),
    ]);
    expect(read(odd, empty, field(14, 0, 3), field(20, 1, 1, 2, 3, 4, 5, 6, 7, 8))).toEqual([['k', 'v']]);
  });

  it.each<[string, number[][]]>([
    ['without a graph', [field(1, 0, 8), pair('a', 'b')]],
    ['with a pair that is cut off', [empty, pair('a', 'b').slice(0, -1)]],
    [
      'with a pair that runs on into the next field',
      [empty, [(14 << 3) | 2, 4, ...text(1, 'abc')], pair('a', 'b')],
    ],
    ['that ends within a field', [empty, [8]]],
  ])('of a file %s is refused', (_, fields) => {
    expect(() => read(...fields)).toThrow(/not a readable ONNX model/);
  });
});

describe('the schema', () => {
  /** A model with one of everything that it names. */
  const full: ModelProto = {
    ...{ ir_version: 8, producer_name: 'p', producer_version: '1', domain: 'd', model_version: -(2n ** 63n) },
    ...{ doc_string: 'doc', opset_import: [{ domain: 'ai.onnx', version: 17 }] },
    metadata_props: [{ key: 'k', value: '' }],
    graph: graph({
      ...{
        name: 'g',
        doc_string: 'about',
        input: [{ name: 'x', type: { denotation: 'IMAGE' }, doc_string: '' }],
      },
      output: [
        {
          name: 'y',
          type: {
            tensor_type: {
              elem_type: 0,
              shape: { dim: [{ dim_value: 3, denotation: 'C' }, { dim_param: 'N' }, {}] },
            },
          },
        },
      ],
      value_info: [{ name: 'v' }],
      initializer: [
        {
          ...{ name: 'w', dims: [0], data_type: dataType.UINT64, uint64_data: [2n ** 64n - 1n, 1] },
          ...{ int64_data: [2n ** 53n, -(2n ** 63n), -1], doc_string: 'w' },
        },
      ],
      sparse_initializer: [{ values: one('s'), indices: one('i'), dims: [4] }],
      node: [
        {
          ...namedNode('Own', 'y', ['x']),
          domain: 'd',
          doc_string: 'n',
          attribute: [
            { name: 'typed', type: 13, tp: { denotation: 't' } },
            { name: 'all', type: 14, type_protos: [{}], ref_attr_name: 'r', doc_string: 'a' },
            { name: 'i', type: 2, i: 2n ** 63n - 1n },
          ],
        },
      ],
    }),
    functions: [
      {
        ...{
          name: 'f',
          domain: 'd',
          input: ['a'],
          output: ['b'],
          attribute: ['c'],
          doc_string: 'f',
          node: [],
        },
        ...{ opset_import: [{ domain: '', version: 1 }], attribute_proto: [{ name: 'i', type: 2, i: 0 }] },
      },
    ],
  };

  it('reads what it has written', () => {
    expect(decodeModel(encodeModel(full))).toEqual(full);
  });

  it('promises lists, keys and zeros that a file leaves out, and nothing else', () => {
    const initializer = block(5, []);
    const input = block(11, [...text(1, 'x'), ...block(2, block(1, block(2, [])))]);
    const bytes = [
      ...field(1, 0, 8),
      ...block(7, [...block(1, text(4, 'Relu')), ...initializer, ...input]),
      ...block(8, []),
      ...block(14, []),
      ...block(25, []),
    ];
    expect(decodeModel(Uint8Array.from(bytes))).toEqual({
      ...{ ir_version: 8, opset_import: [{ version: 0 }], metadata_props: [{ key: '', value: '' }] },
      graph: {
        node: [{ input: [], output: [], op_type: 'Relu', attribute: [] }],
        initializer: [{ dims: [], data_type: 0 }],
        input: [{ name: 'x', type: { tensor_type: { elem_type: 0, shape: { dim: [] } } } }],
        output: [],
      },
      functions: [{ input: [], output: [], attribute: [], node: [], opset_import: [] }],
    });
  });

  it.each<[string, Partial<ModelProto['graph']['node'][number]['attribute'][number]>, number]>([
    ['f', { f: 1 }, 1],
    ['i', { i: 1 }, 2],
    ['s', { s: Uint8Array.of(65) }, 3],
    ['t', { t: one('t') }, 4],
    ['g', { g: graph() }, 5],
    ['floats', { floats: [1] }, 6],
    ['ints', { ints: [1] }, 7],
    ['strings', { strings: [Uint8Array.of(65)] }, 8],
    ['tensors', { tensors: [one('t')] }, 9],
    ['graphs', { graphs: [graph()] }, 10],
    ['nothing', {}, 0],
  ])('finds the type of an attribute of the first version by what it holds: %s', (_, given, type) => {
    const node: object = { op_type: 'Own', input: [], output: [], attribute: [{ name: 'a', ...given }] };
    const bytes = encodeModel(model({ node: [node as NodeProto] }));
    expect(decodeModel(bytes).graph.node[0]?.attribute).toEqual([{ name: 'a', ...given, type }]);
  });

  it.each<[number, object]>([
    [1, { f: 0 }],
    [2, { i: 0 }],
    [3, { s: new Uint8Array() }],
    [4, {}],
    [6, { floats: [] }],
    [7, { ints: [] }],
    [8, { strings: [] }],
    [11, {}],
  ])('has the zero of an attribute of type %d that the file leaves out', (type, zero) => {
    const plain = { name: 'a', type };
    const read = (attribute: NodeProto['attribute']) =>
      decodeModel(encodeModel(model({ node: [{ ...namedNode('Own', 'y', []), attribute }] }))).graph.node[0]
        ?.attribute;
    expect(read([plain])).toEqual([{ ...plain, ...zero }]);
    // Of a function's attribute it is given where the function is used.
    const given = { ...plain, ref_attr_name: 'outer' };
    expect(read([given])).toEqual([given]);
  });

  it('refuses whole numbers that are not exact, and says where', () => {
    const write =
      (value: number | bigint, dims: number[] = []) =>
      () =>
        encodeModel(model({ initializer: [{ ...one('w'), dims, int64_data: [value], uint64_data: [0] }] }));
    const place = 'model.graph.initializer[0].int64_data';
    for (const value of [0.5, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n])
      expect(write(value)).toThrow(`${place}: received ${value}, expected a whole number of 64 bits`);
    expect(write(0, [1.5])).toThrow('model.graph.initializer[0].dims: received 1.5');
    const unsigned = (value: bigint) => () =>
      encodeModel(model({ initializer: [{ ...one('w'), uint64_data: [value] }] }));
    expect(unsigned(-1n)).toThrow('uint64_data: received -1');
    expect(unsigned(2n ** 64n)).toThrow('uint64_data: received 18446744073709551616');
    expect(unsigned(2n ** 64n - 1n)).not.toThrow();
  });

  it.each(['dims', 'dim_value', 'ir_version', 'version'])('refuses %s beyond 2^53 - 1', (name) => {
    const large = [255, 255, 255, 255, 255, 255, 255, 127];
    const bytes: Readonly<Record<string, number[]>> = {
      dims: [...field(1, 0, 8), ...block(7, block(5, field(1, 0, ...large)))],
      dim_value: [
        ...field(1, 0, 8),
        ...block(
          7,
          block(11, [...text(1, 'x'), ...block(2, block(1, block(2, block(1, field(1, 0, ...large)))))]),
        ),
      ],
      ir_version: [...field(1, 0, ...large), ...block(7, [])],
      version: [...field(1, 0, 8), ...block(7, []), ...block(8, field(2, 0, ...large))],
    };
    expect(() => decodeModel(Uint8Array.from(bytes[name] ?? []))).toThrow(
      new RegExp(`${name}: received .*, expected a whole number up to 2\\^53 - 1`),
    );
  });

  it('gives views of the file, also of a part of a buffer of Node', () => {
    const bytes = Buffer.from([0, ...encodeModel(model({ initializer: [one('w')] }))]).subarray(1);
    const [read] = decodeModel(bytes).graph.initializer;
    expect(read?.raw_data?.buffer).toBe(bytes.buffer);
    expect([...(read?.raw_data ?? [])]).toEqual([1]);
  });
});
