// What is promised of arrays in memory: moved as NumPy moves them, the same whatever form they have, read from other files.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { withDigest } from '../../../models/card-proof.ts';
import { openExternalData } from '../../../models/onnx/external-data.ts';
import { complete, readOnnxFile } from '../../../models/onnx/read-file.ts';
import { dataType, encodeModel, type ModelProto, type TensorProto } from '../../../models/onnx/schema.ts';
import {
  tensorBytes,
  tensorValues,
  wholeNumbers,
  withRawData,
} from '../../../models/onnx/tensor-elements.ts';
import { transpose } from '../../../models/onnx/transpose.ts';
import { digestByCard, digestWeights } from '../../../models/onnx/weights-digest.ts';
import { sizeOf } from '../../../models/shape.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-arrays-'));
/** The model, which is in memory, beside whose file others would be. */
const beside = join(folder, 'model.onnx');
afterAll(() => rmSync(folder, { recursive: true }));

const model = (...initializer: TensorProto[]): ModelProto => ({
  ...{ ir_version: 8, opset_import: [{ version: 17 }], metadata_props: [] },
  graph: { node: [], input: [], output: [], initializer },
});
const bytes = (name: string, data_type: number, dims: number[], ...raw_data: number[]): TensorProto => ({
  ...{ name, data_type, dims, raw_data: Uint8Array.from(raw_data) },
});

describe('transposing', () => {
  test('a matrix, and axes in a circle, as NumPy does', () => {
    // numpy.arange(6, dtype='uint8').reshape(2, 3).transpose(1, 0).ravel()
    expect([...transpose(Uint8Array.of(0, 1, 2, 3, 4, 5), [2, 3], [1, 0], 1)]).toEqual([0, 3, 1, 4, 2, 5]);
    // numpy.arange(24).reshape(2, 3, 4).transpose(2, 0, 1).ravel()
    const numbers = new Uint8Array(BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i)).buffer);
    const moved = transpose(numbers, [2, 3, 4], [2, 0, 1], 8);
    expect([...new BigInt64Array(moved.buffer)].map(Number)).toEqual([
      ...[0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23],
    ]);
  });

  test('puts every element where its axes say, of any size and rank', () => {
    const axes = fc.integer({ min: 0, max: 4 }).chain((rank) =>
      fc.record({
        shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: rank, maxLength: rank }),
        permutation: fc.shuffledSubarray([...Array(rank).keys()], { minLength: rank, maxLength: rank }),
        size: fc.constantFrom(1, 4, 8),
      }),
    );
    fc.assert(
      fc.property(axes, ({ shape, permutation, size }) => {
        const n = sizeOf(shape);
        // Not aligned to words, as in a file.
        const from = Uint8Array.from({ length: n * size + 1 }, (_, i) => i % 251).subarray(1);
        const to = transpose(from, shape, permutation, size);
        expect(to).toHaveLength(from.length);
        const newShape = permutation.map((axis) => shape[axis] ?? 1);
        for (let i = 0; i < n; i++) {
          let rest = i;
          const place = newShape.map(() => 0);
          for (let axis = newShape.length - 1; axis >= 0; axis--) {
            place[axis] = rest % (newShape[axis] ?? 1);
            rest = Math.floor(rest / (newShape[axis] ?? 1));
          }
          const old = shape.map((_, axis) => place[permutation.indexOf(axis)] ?? 0);
          const at = old.reduce((sum, index, axis) => sum * (shape[axis] ?? 1) + index, 0);
          expect([...to.subarray(i * size, (i + 1) * size)]).toEqual([
            ...from.subarray(at * size, (at + 1) * size),
          ]);
        }
      }),
    );
  });
});

describe('elements', () => {
  test('become raw_data, wherever they were, and nothing else changes', () => {
    const about = { name: 'w', dims: [2], doc_string: 'about it' };
    const lists = {
      float_data: [9],
      int32_data: [1, 2],
      int64_data: [9],
      double_data: [9],
      uint64_data: [9],
    };
    const list = { ...about, ...lists, data_type: dataType.INT16 };
    const raw_data = Uint8Array.of(1, 0, 2, 0);
    expect(withRawData(list)).toEqual({ ...about, data_type: dataType.INT16, raw_data });
    const raw = { ...list, raw_data };
    expect(withRawData(raw)).toBe(raw);
    expect(tensorBytes(raw)).toBe(raw_data);
    const text = { ...about, data_type: dataType.STRING, string_data: [raw_data, raw_data] };
    expect(withRawData(text)).toBe(text);
  });

  test.each(Object.entries(dataType).filter(([name]) => name !== 'STRING'))(
    'of %s are none where the file has none',
    (_, data_type) => {
      expect(tensorBytes({ dims: [0], data_type })).toHaveLength(0);
      expect(tensorValues({ dims: [0], data_type })).toHaveLength(0);
      expect(() => tensorValues({ name: 'w', dims: [3], data_type })).toThrow(
        /^weight w \[3\] has 0 bytes, expected \d+\.$/,
      );
    },
  );

  test('of text, or of a type that nobody knows, are no numbers', () => {
    expect(() => tensorBytes({ name: 'w', dims: [], data_type: dataType.STRING })).toThrow(
      'weight w is of string, which has no bytes.',
    );
    expect(() => tensorValues({ dims: [], data_type: 99 })).toThrow(
      'weight  is of type 99, which has no bytes.',
    );
  });

  test('of whole types are whole numbers', () => {
    const { INT64, INT32, INT16, INT8, UINT64, UINT32, UINT16, UINT8 } = dataType;
    const sizes = new Map<number, number>([
      ...([INT64, UINT64] as const).map((type) => [type, 8] as const),
      ...([INT32, UINT32] as const).map((type) => [type, 4] as const),
      ...([INT16, UINT16] as const).map((type) => [type, 2] as const),
      ...([INT8, UINT8] as const).map((type) => [type, 1] as const),
    ]);
    const read = (type: number, byte: number) =>
      wholeNumbers(bytes('w', type, [1], ...Array(sizes.get(type) ?? 4).fill(byte)));
    for (const type of Object.values(dataType)) {
      const size = sizes.get(type);
      if (type === dataType.STRING) continue;
      expect(read(type, 0), `type ${type}`).toEqual(size === undefined ? undefined : [0]);
      const isSigned = [INT64, INT32, INT16, INT8].some((each) => each === type);
      if (size) expect(read(type, 255)).toEqual([isSigned ? -1 : Number(2n ** BigInt(size * 8) - 1n)]);
    }
  });
});

describe('the digest of weights', () => {
  const weights = [bytes('b', dataType.UINT8, [2], 1, 2), bytes('a', dataType.FLOAT, [1], 0, 0, 128, 63)];
  const text: TensorProto = {
    ...{ name: 't', dims: [2], data_type: dataType.STRING },
    string_data: [Buffer.from('ab'), Buffer.from('c')],
  };

  test('is SHA-256 of their places, types, shapes and elements, in the order of their names', () => {
    const hash = createHash('sha256')
      .update('["a",1,[1]]\n')
      .update(Uint8Array.of(0, 0, 128, 63))
      .update('["b",2,[2]]\n')
      .update(Uint8Array.of(1, 2))
      .update('["t",8,[2]]\n')
      .update(Buffer.from('\x02\0\0\0ab\x01\0\0\0c', 'latin1'));
    expect(digestWeights(model(...weights, text))).toBe(hash.digest('hex'));
    expect(digestWeights(model(text, ...weights.toReversed()))).toBe(digestWeights(model(...weights, text)));
    const list = { name: 'a', dims: [1], data_type: dataType.FLOAT, float_data: [1] };
    expect(digestWeights(model(...weights.slice(0, 1), list))).toBe(digestWeights(model(...weights)));
    const { string_data: _, ...empty } = text;
    expect(digestWeights(model(empty))).toBe(createHash('sha256').update('["t",8,[2]]\n').digest('hex'));
  });

  test('is by the rule of a card: older ones say nothing of constants', () => {
    const constant = {
      op_type: 'Constant',
      input: [],
      output: ['c'],
      attribute: [{ name: 'value', type: 1, f: 1 }],
    };
    const plain = model(...weights);
    const whole = { ...plain, graph: { ...plain.graph, node: [constant] } };
    const card = { weightsDigest: digestWeights(plain) } as Parameters<typeof digestByCard>[1];
    expect(digestWeights(whole)).not.toBe(digestWeights(plain));
    expect(digestByCard(whole, card)).toBe(digestWeights(plain));
    expect(digestByCard(whole, withDigest(card))).toBe(digestWeights(whole));
    expect(digestByCard(whole, { ...card, weightsDigest: 'other' })).toBe(digestWeights(whole));
    const { name: _, ...nameless } = bytes('', dataType.UINT8, [1], 1);
    const unnamed = { weightsDigest: digestWeights(model(nameless)) } as typeof card;
    expect(digestByCard(model(nameless), unnamed)).toBe(unnamed.weightsDigest);
  });
});

describe('weights in other files', () => {
  const numbers = Float32Array.of(1, 2, 3, 4, 5);
  const outside = (name: string, entries: Record<string, string>, dims = [2]): TensorProto => ({
    ...{ name, dims, data_type: dataType.FLOAT, data_location: 1, doc_string: 'about it' },
    external_data: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
  const file = (name: string, content: Uint8Array = new Uint8Array(numbers.buffer)) => {
    writeFileSync(join(folder, name), content);
    return name;
  };
  const descriptors = () => readdirSync('/dev/fd').length;

  it('are read from their places, to the last byte of the file, and each file is opened once and closed', () => {
    const location = file('ab:1.data');
    const before = descriptors();
    const { read, close } = openExternalData(beside);
    const values = (tensor: TensorProto) => [
      ...new Float32Array(read(tensor).raw_data?.slice().buffer ?? []),
    ];
    expect(values(outside('a', { location }))).toEqual([1, 2]);
    expect(values(outside('b', { location, offset: '12', length: '8' }))).toEqual([4, 5]);
    expect(values(outside('c', { location, offset: '20' }, [0]))).toEqual([]);
    expect(descriptors()).toBe(before + 1);
    close();
    expect(descriptors()).toBe(before);
  });

  it('are like others then', () => {
    const { model: whole, outside: parts } = complete(
      model(
        outside('a', { location: file('a.data') }),
        { name: 'l', dims: [1], data_type: dataType.UINT8, int32_data: [7] },
        outside('b', { location: 'a.data', offset: '4' }),
      ),
      beside,
    );
    const part = (from: number) => new Uint8Array(numbers.slice(from, from + 2).buffer);
    const about = { dims: [2], data_type: dataType.FLOAT, doc_string: 'about it' };
    expect(whole.graph.initializer).toEqual([
      { name: 'a', ...about, raw_data: part(0) },
      { name: 'l', dims: [1], data_type: dataType.UINT8, raw_data: Uint8Array.of(7) },
      { name: 'b', ...about, raw_data: part(1) },
    ]);
    expect(parts).toEqual([part(0), part(1)]);
    const path = join(folder, 'model.onnx');
    const encoded = encodeModel(model(outside('a', { location: 'a.data' })));
    writeFileSync(path, encoded);
    const read = readOnnxFile(path);
    expect([[...read.bytes], read.outside]).toEqual([[...encoded], [part(0)]]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['below a folder above', { location: 'x/../../a.data' }, /outside the folder/],
    ['of Windows', { location: 'c:a.data' }, /outside the folder/],
    ['of Windows, above', { location: '..\\a.data' }, /outside the folder/],
    ['a folder', { location: '.' }, /cannot be read: it is not a file\. Keep both files together/],
    ['no name', {}, /cannot be read: it is not a file/],
    ['one byte too far', { location: 'a.data', offset: '13' }, /from byte 13 to 21; that file has 20/],
    ['no whole number', { location: 'a.data', offset: '0.5' }, /from byte 0\.5 to/],
    ['no number', { location: 'a.data', offset: 'x' }, /from byte NaN to/],
    [
      'another length',
      { location: 'a.data', length: '4' },
      /weight w \[2\] has 4 bytes in a\.data, expected 8/,
    ],
  ])('are refused in words: %s', (_, entries, message) => {
    file('a.data');
    const before = descriptors();
    expect(() => complete(model(outside('w', entries)), beside)).toThrow(message);
    expect(descriptors()).toBe(before);
  });

  it('are refused where they are text, or become shorter while they are read', () => {
    const text = { ...outside('t', { location: file('a.data') }), data_type: dataType.STRING };
    expect(() => complete(model(text), beside)).toThrow(
      'weight t in a.data is of string, which cannot be in another file.',
    );
    const { read, close } = openExternalData(beside);
    const tensor = outside('w', { location: file('short.data') });
    read(tensor);
    truncateSync(join(folder, 'short.data'), 4);
    expect(() => read(tensor)).toThrow('short.data became shorter while it was read.');
    close();
  });

  it('and files that are none are told with their paths', () => {
    expect(() => readOnnxFile(join(folder, 'none.onnx'))).toThrow(/none\.onnx cannot be read: ENOENT/);
    const path = join(folder, file('text.onnx', Buffer.from('hello')));
    expect(() => readOnnxFile(path)).toThrow(`${path}: not a readable ONNX model: it is text`);
  });
});
