// What is promised of the bytes of an ONNX file: what is read is what protobuf writes, with zeros that it leaves out, exactly.
import { describe, expect, it } from 'vitest';
import { readInputsAndOutputs } from '../../../models/onnx/inputs-and-outputs.ts';
import { namedNode } from '../../../models/onnx/make.ts';
import { readMetadata, readMetadataEntries } from '../../../models/onnx/metadata.ts';
import {
  dataType,
  decodeModel,
  encodeModel,
  type ModelProto,
  type NodeProto,
} from '../../../models/onnx/schema.ts';
import { graph, model, one } from './messages.ts';

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
