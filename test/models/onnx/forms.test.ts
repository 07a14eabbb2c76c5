// What is promised of the reader of ONNX: in every form that the format has, it finds what Python's onnx finds.
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { constantsOf } from '../../../models/onnx/constants.ts';
import { tensorsOf } from '../../../models/onnx/every-tensor.ts';
import { readOnnxFile } from '../../../models/onnx/read-file.ts';
import {
  attributeType,
  dataType,
  decodeModel,
  encodeModel,
  type ModelProto,
  type TensorProto,
} from '../../../models/onnx/schema.ts';
import { tensorValues } from '../../../models/onnx/tensor-elements.ts';
import { python } from '../../python.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));

const script = readFileSync(join(import.meta.dirname, 'forms.py'), 'utf8');
const seed = Math.floor(Math.random() * 1e9);

interface Expected {
  readonly type: number;
  readonly dims: readonly number[];
  readonly values: readonly string[];
}

/** By file, then by place. */
let expected: Record<string, Record<string, Expected>>;

beforeAll(() => {
  python(script, ['write', folder, String(seed)]);
  expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
});

function found(tensor: TensorProto): Expected {
  const { data_type: type, dims } = tensor;
  if (type === dataType.STRING)
    return { type, dims, values: (tensor.string_data ?? []).map((each) => new TextDecoder().decode(each)) };
  return { type, dims, values: Array.from<number | bigint, string>(tensorValues(tensor), String) };
}

/** Python's spelling of a number as JavaScript has it. */
const asNumber = (text: string) => text.replace('nan', 'NaN').replace('inf', 'Infinity');

function same({ type, dims, values }: Expected): Expected {
  if (type === dataType.STRING) return { type, dims, values };
  const whole = values.every((each) => /^-?\d+$/.test(each));
  // Minus zero and 1e-07 are spelled otherwise.
  return { type, dims, values: whole ? values : values.map((each) => String(Number(asNumber(each)))) };
}

describe('every array of a corpus', () => {
  it('has the type, shape and elements that onnx finds, wherever it is', () => {
    for (const [name, tensors] of Object.entries(expected)) {
      const read = tensorsOf(readOnnxFile(join(folder, name)).model);
      const mine = Object.fromEntries([...read].map(([place, tensor]) => [place, found(tensor)]));
      const theirs = Object.fromEntries(Object.entries(tensors).map(([place, each]) => [place, same(each)]));
      expect(mine, `${name} of the seed ${seed}`).toEqual(theirs);
    }
  });

  it('is the same to onnx when the file is written again, with every field that nobody knows', () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) {
      const bytes = readFileSync(join(folder, name));
      writeFileSync(join(folder, `${name}.rewritten`), encodeModel(decodeModel(bytes)));
    }
    // Zeros that were left out are written: the same numbers.
    expect(JSON.parse(python(script, ['same', folder]))).toEqual(['packed.onnx.rewritten']);
  });

  it('has attributes with zeros that were left out, and whole numbers that a double does not hold', () => {
    const { model } = readOnnxFile(join(folder, 'packed.onnx'));
    expect(model.graph.node[0]?.attribute).toMatchObject([
      { name: 'axis', i: 0 },
      { name: 'axes', ints: [2n ** 63n - 1n, -1] },
    ]);
  });
});

describe('constants of nodes', () => {
  it('are arrays, in each way to write one', () => {
    const text = (value: string) => new TextEncoder().encode(value);
    const node = (name: string, attribute: object) => ({
      ...{ op_type: 'Constant', input: [], output: [name] },
      attribute: [{ name: 'value', type: 0, ...attribute }],
    });
    const constants = constantsOf({
      initializer: [{ name: 'w', dims: [1], data_type: dataType.FLOAT, float_data: [2] }],
      node: [
        node('tensor', {
          type: attributeType.TENSOR,
          t: { dims: [], data_type: dataType.DOUBLE, double_data: [0.1] },
        }),
        node('float', { type: attributeType.FLOAT, f: 0.5 }),
        node('floats', { type: attributeType.FLOATS, floats: [1, 2] }),
        node('int', { type: attributeType.INT, i: 2n ** 63n - 1n }),
        node('ints', { type: attributeType.INTS, ints: [-1, 4] }),
        node('string', { type: attributeType.STRING, s: text('ä') }),
        node('strings', { type: attributeType.STRINGS, strings: [text('a'), text('')] }),
        { op_type: 'Relu', input: ['x'], output: ['y'], attribute: [] },
      ],
      input: [],
      output: [],
    });
    expect([...constants].map(([name, tensor]) => [name, found(tensor)])).toEqual([
      ['w', { type: 1, dims: [1], values: ['2'] }],
      ['tensor', { type: 11, dims: [], values: ['0.1'] }],
      ['float', { type: 1, dims: [], values: ['0.5'] }],
      ['floats', { type: 1, dims: [2], values: ['1', '2'] }],
      ['int', { type: 7, dims: [], values: ['9223372036854775807'] }],
      ['ints', { type: 7, dims: [2], values: ['-1', '4'] }],
      ['string', { type: 8, dims: [], values: ['ä'] }],
      ['strings', { type: 8, dims: [2], values: ['a', ''] }],
    ]);
  });
});

describe('weights in other files', () => {
  const write = (entries: Record<string, string>, dims: number[] = [2]): string => {
    const path = join(folder, 'outside.onnx');
    const external_data = Object.entries(entries).map(([key, value]) => ({ key, value }));
    const model: ModelProto = {
      ...{ ir_version: 8, opset_import: [{ version: 17 }], metadata_props: [] },
      graph: {
        ...{ node: [], input: [], output: [] },
        initializer: [{ name: 'w', dims, data_type: dataType.FLOAT, external_data, data_location: 1 }],
      },
    };
    writeFileSync(path, encodeModel(model));
    return path;
  };

  it.each([
    [{ location: '../weights.bin' }, /weight w is outside the folder of the model: "\.\.\/weights\.bin"/],
    [{ location: 'a/../../weights.bin' }, /outside the folder/],
    [{ location: '/etc/passwd' }, /outside the folder/],
    [{ location: '..\\weights.bin' }, /outside the folder/],
    [{ location: 'C:\\weights.bin' }, /outside the folder/],
    [{ location: 'none.bin' }, /none\.bin, which cannot be read: ENOENT.*Keep both files together/],
    [{ location: '' }, /cannot be read: it is not a file/],
    [{ location: 'weights.bin', length: '7' }, /weight w \[2\] has 7 bytes in weights\.bin, expected 8/],
    [{ location: 'weights.bin', offset: '99999999' }, /that file has \d+: it is cut off/],
    [{ location: 'weights.bin', offset: '-4' }, /from byte -4/],
  ])('%j is refused in words', (entries, message) => {
    expect(() => readOnnxFile(write(entries))).toThrow(message);
  });
});

it('says what to do about a file that is longer than ONNX allows', () => {
  const path = join(folder, 'long.onnx');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 31 + 2 ** 29);
  expect(() => readOnnxFile(path)).toThrow(
    /it has 2\.5 GiB, and an ONNX file has at most 2\. .*save_as_external_data/,
  );
});
