// What is promised of messages over gRPC: they are those that KServe's and Triton's own clients have, and nothing that is sent
// is more than a request can be.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import {
  readBytesContents,
  readUintContents,
  writeFloatContents,
  writeTextContents,
} from '../../../serve/grpc/contents.ts';
import { inferenceOf, inferResponse } from '../../../serve/grpc/infer-message.ts';
import { grpcMessages, readRequest } from '../../../serve/grpc/messages.ts';
import { grpcMethods } from '../../../serve/grpc/methods.ts';
import { picturesOfTensor } from '../../../serve/openinference/picture-tensor.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { python } from '../../python.ts';
import { model } from '../openinference/colors.ts';

type Described = Record<
  'kserve' | 'triton' | 'grpc',
  {
    messages: Record<string, Record<string, [name: string, type: string, repeated: boolean]>>;
    methods: Record<string, [request: string, response: string]>;
  }
>;

const script = readFileSync(new URL('descriptors.py', import.meta.url), 'utf8');
const described: Described = JSON.parse(python(script));

/** On the wire an enumeration is a whole number, and a message is bytes. */
function isSame(own: string, theirs: string): boolean {
  if (own === theirs) return true;
  if (theirs === 'enum' || theirs === 'ServingStatus') return own === 'int32';
  return own === 'bytes' && theirs === 'InferTensorContents';
}

/** Entries of several maps have one name; and KServe's and Triton's messages about loading differ, of which below. */
function isOther(name: string, whose: string): boolean {
  return (
    name === 'ParametersEntry' ||
    (/^RepositoryModel/.test(name) && (whose === 'kserve' || name.endsWith('Response')))
  );
}

test("KServe's messages about loading are read and written beside Triton's", () => {
  const { messages } = described.kserve;
  for (const [verb, done] of [
    ['Load', 'isLoaded'],
    ['Unload', 'isUnloaded'],
  ]) {
    expect(messages[`RepositoryModel${verb}Request`]).toEqual({ 1: ['model_name', 'string', false] });
    const response = { 1: ['model_name', 'string', false], 2: [done, 'bool', false] };
    expect(messages[`RepositoryModel${verb}Response`]).toEqual(response);
    expect(described.triton.messages[`RepositoryModel${verb}Response`]).toEqual({});
    const own = grpcMessages.get(`RepositoryModel${verb}Response`)?.fields;
    expect(own?.map(({ id, name, type }) => [id, name, type])).toEqual([
      [1, 'model_name', 'string'],
      [2, done, 'bool'],
    ]);
  }
});

describe.each(['kserve', 'triton', 'grpc'] as const)('of %s', (whose) => {
  const { messages, methods } = described[whose];
  const shared = [...grpcMessages.values()].filter(({ name }) => Object.hasOwn(messages, name));

  test('each message has the same fields', () => {
    const names = shared.map(({ name }) => name);
    const expected =
      whose === 'grpc'
        ? ['HealthCheckRequest', 'Status', 'RetryInfo', 'Any', 'Duration']
        : ['ModelInferRequest', 'InferOutputTensor'];
    expect(names).toEqual(expect.arrayContaining(expected));
    for (const { name, fields } of shared.filter(({ name }) => !isOther(name, whose)))
      for (const { id, name: field, type, rule } of fields) {
        const theirs = messages[name]?.[id] ?? described.triton.messages[name]?.[id];
        const [theirName, theirType = '', repeated] = theirs ?? [];
        const where = `${name}.${field}`;
        expect([where, theirName, rule === 'repeated'], where).toEqual([where, field, repeated]);
        if (type !== 'ModelParametersEntry')
          expect(isSame(type, theirType), `${where}: ${type}, ${theirType}`).toBe(true);
      }
  });

  test('each method that we have is theirs, with the same messages', () => {
    const ours = [...grpcMethods({ engine: {}, limits: defaultLimits } as never).keys()];
    const known = ours.filter((path) => Object.hasOwn(methods, path));
    expect(known).toHaveLength({ kserve: 8, triton: 9, grpc: 1 }[whose]);
    for (const path of known) {
      const name = path === '/grpc.health.v1.Health/Check' ? 'HealthCheck' : path.split('/')[2];
      expect(methods[path]).toEqual([`${name}Request`, `${name}Response`]);
    }
  });
});

/** What somebody else's library makes of a schema. */
const { root } = protobuf.parse(
  `syntax = "proto3";
  message Contents { repeated uint32 uint_contents = 4; repeated float fp32_contents = 6; repeated bytes bytes_contents = 8; }
  message Unpacked { repeated uint32 uint_contents = 4 [packed = false]; }
  message Input { string name = 1; string datatype = 2; repeated int64 shape = 3; map<string, Parameter> parameters = 4; Contents contents = 5; }
  message Output { string name = 1; map<string, Parameter> parameters = 2; }
  message Parameter { oneof c { bool bool_param = 1; int64 int64_param = 2; string string_param = 3; double double_param = 4; } }
  message Request { string model_name = 1; string model_version = 2; string id = 3; map<string, Parameter> parameters = 4;
    repeated Input inputs = 5; repeated Output outputs = 6; repeated bytes raw_input_contents = 7; }
  message Answered { string name = 1; string datatype = 2; repeated int64 shape = 3; Contents contents = 5; }
  message Response { string model_name = 1; string model_version = 2; string id = 3; map<string, Parameter> parameters = 4;
    repeated Answered outputs = 5; repeated bytes raw_output_contents = 6; }`,
  { keepCase: true },
);

const encode = (type: string, value: object) => {
  const schema = root.lookupType(type);
  return new Uint8Array(schema.encode(schema.fromObject(value)).finish());
};
const decode = (type: string, bytes: Uint8Array) => {
  const schema = root.lookupType(type);
  return schema.toObject(schema.decode(bytes), { longs: Number, arrays: true });
};

describe('contents', () => {
  test('are read as they were written, packed or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (values) => {
        for (const type of ['Contents', 'Unpacked'])
          expect(readUintContents(encode(type, { uint_contents: [...values] }), 'image')).toEqual(values);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 4 }), (values) => {
        expect(readBytesContents(encode('Contents', { bytes_contents: values }), 'image', 4)).toEqual(values);
      }),
    );
  });

  test('of 256 or more, or of more elements than rows, are refused', () => {
    expect(() => readUintContents(encode('Contents', { uint_contents: [1, 256] }), 'image')).toThrow(
      new Refusal(400, 'input "image", element 1: expected a whole number from 0 to 255'),
    );
    const five = encode('Contents', { bytes_contents: Array(5).fill(new Uint8Array(1)) });
    expect(() => readBytesContents(five, 'image', 4)).toThrow(
      'received more than 4 elements, expected 4 at most',
    );
  });

  test('that are anything else are refused, or read as nothing; nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const read of [
          readUintContents,
          (all: Uint8Array, name: string) => readBytesContents(all, name, 4),
        ])
          try {
            read(bytes, 'image');
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
      }),
    );
    // Elements of other kinds, and a number of 32 bits in place of a list.
    const floats = encode('Contents', { fp32_contents: [1], bytes_contents: [row] });
    for (const bytes of [floats, Uint8Array.of(0x25, 1, 2, 3, 4)])
      expect(readUintContents(bytes, 'image')).toHaveLength(0);
    expect(readBytesContents(encode('Contents', { uint_contents: [1] }), 'image', 4)).toEqual([]);
    // A list that says it is longer than the message.
    expect(() => readUintContents(Uint8Array.of(34, 100, 1), 'image')).toThrow(/no InferTensorContents/);
  });

  test('that are sent are what others read', () => {
    const floats = Float32Array.of(0.5, -1, Number.NaN);
    expect(decode('Contents', writeFloatContents(new Uint8Array(floats.buffer))).fp32_contents).toEqual([
      0.5,
      -1,
      Number.NaN,
    ]);
    const texts = decode('Contents', writeTextContents(['a', 'ü'])).bytes_contents as Uint8Array[];
    expect(texts.map((text) => Buffer.from(text).toString())).toEqual(['a', 'ü']);
  });
});

const image = { name: 'image', datatype: 'UINT8', shape: [1, 1, 2, 3] };
const row = Uint8Array.of(1, 2, 3, 4, 5, 6);

function read(request: object) {
  return inferenceOf(readRequest('ModelInferRequest', encode('Request', request)), 4);
}

describe('a request', () => {
  test('gives the same pictures from raw bytes as from numbers', () => {
    const raw = read({ inputs: [image], raw_input_contents: [row] });
    const typed = read({ inputs: [{ ...image, contents: { uint_contents: [...row] } }] });
    const expected = [{ kind: 'input', data: row }];
    for (const { inputs } of [raw, typed]) expect(picturesOfTensor(inputs, model, 4)).toEqual(expected);
    const files = read({
      inputs: [{ ...image, datatype: 'BYTES', shape: [2], contents: { bytes_contents: [row, row] } }],
    });
    expect(picturesOfTensor(files.inputs, model, 4)).toEqual(Array(2).fill({ kind: 'encoded', bytes: row }));
  });

  test('may have as many inputs and outputs as there may be', () => {
    const { request, inputs } = read({
      inputs: Array(16).fill({ ...image, shape: Array(8).fill(1) }),
      outputs: Array(16).fill({ name: 'x' }),
    });
    expect([inputs.length, request.outputs?.length]).toEqual([16, 16]);
  });

  test('has its parameters as JSON has them', () => {
    const { request } = read({
      id: 'seven',
      parameters: {
        partial: { bool_param: true },
        timeout: { int64_param: 5 },
        a: { string_param: 'x' },
        b: { double_param: 0.5 },
      },
      inputs: [image],
      outputs: [{ name: 'probabilities', parameters: { classification: { int64_param: 2 } } }],
    });
    expect(request).toEqual({
      id: 'seven',
      parameters: { partial: true, timeout: 5, a: 'x', b: 0.5 },
      inputs: [],
      outputs: [{ name: 'probabilities', parameters: { classification: 2 } }],
    });
  });

  test.each<[object, string]>([
    [
      { inputs: [image], raw_input_contents: [row, row] },
      'raw_input_contents: received 2 elements, expected 1',
    ],
    [
      { inputs: [{ ...image, contents: { uint_contents: [1] } }], raw_input_contents: [row] },
      'inputs[0] has both contents and raw_input_contents',
    ],
    [
      { inputs: [{ ...image, datatype: 'INT4' }] },
      'inputs[0].datatype: received "INT4", expected one of BOOL',
    ],
    [{ inputs: [{ ...image, datatype: 'toString' }] }, 'inputs[0].datatype: received "toString"'],
    [
      { inputs: [{ ...image, shape: [-1, 2] }] },
      'inputs[0].shape: received -1, expected whole numbers from 0 on',
    ],
    [
      { inputs: [{ ...image, shape: Array(9).fill(1) }] },
      'inputs[0].shape: received 9 elements, expected 8 at most',
    ],
    [{ inputs: Array(17).fill(image) }, 'inputs: received 17 elements, expected 16 at most'],
    [
      { inputs: [image], outputs: Array(17).fill({ name: 'x' }) },
      'outputs: received 17 elements, expected 16 at most',
    ],
    [
      { inputs: [{ ...image, parameters: { shared_memory_region: { string_param: 'x' } } }] },
      'inputs[0]: shared memory is not supported',
    ],
  ])('that is none is refused by its field: %j', (request, message) => {
    expect(() => read(request)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(message) }),
    );
  });

  test.each<[object, string]>([
    [{ inputs: [image] }, 'received 0 elements, expected 6'],
    [{ inputs: [image], raw_input_contents: [row.subarray(1)] }, 'received 5 elements, expected 6'],
    [
      { inputs: [{ ...image, shape: [1e9, 1, 2, 3] }], raw_input_contents: [row] },
      'received 1000000000 rows, expected 1 to 4',
    ],
    [
      { inputs: [{ ...image, datatype: 'BYTES', shape: [3], contents: { bytes_contents: [row] } }] },
      'received 1 elements, expected 3',
    ],
    [
      {
        inputs: [{ ...image, datatype: 'BYTES', shape: [1] }],
        raw_input_contents: [Uint8Array.of(255, 255, 255, 255, 1)],
      },
      "its length goes beyond the tensor's bytes",
    ],
  ])('whose tensor is not what it says is refused: %j', (request, message) => {
    expect(() => picturesOfTensor(read(request).inputs, model, 4)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(message) }),
    );
  });

  test('of a million empty parts, or of a list as long, is refused before it is made', () => {
    const parts = (tag: number) => Buffer.alloc(2_000_000, Uint8Array.of(tag, 0));
    for (const field of [4, 5, 6, 7])
      expect(() => readRequest('ModelInferRequest', parts((field << 3) | 2))).toThrow(
        'it has more than 4096 values',
      );
    const shape = Buffer.concat([Buffer.from([26, 0x80, 0x89, 0x7a]), Buffer.alloc(2_000_000)]);
    const length = protobuf.Writer.create()
      .uint32((5 << 3) | 2)
      .bytes(shape)
      .finish();
    expect(() => readRequest('ModelInferRequest', length)).toThrow('it has more than 4096 values');
  });

  test('of any bytes is a message or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          picturesOfTensor(inferenceOf(readRequest('ModelInferRequest', bytes), 4).inputs, model, 4);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
    );
  });
});

describe('a response', () => {
  const rows = [Float32Array.of(0.5, 0.25, 0.25), new Refusal(415, 'a text')];
  const { labels } = model.card;

  test('has its tensors raw where those of the request are, else as numbers, and the errors of rows', () => {
    const inference = read({ id: 'seven', inputs: [image] });
    const raw = decode('Response', inferResponse(inference, model, { rows }, true));
    expect(raw).toMatchObject({
      model_name: 'colors',
      model_version: String(model.version),
      id: 'seven',
      parameters: { error_1: { string_param: 'a text' }, status_1: { int64_param: 415 } },
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [2, labels.length] }],
    });
    const [blob] = raw.raw_output_contents as Buffer[];
    expect([blob?.readFloatLE(0), blob?.readFloatLE(12), blob?.length]).toEqual([0.5, Number.NaN, 24]);
    const typed = decode('Response', inferResponse(inference, model, { rows }, false));
    expect(typed.raw_output_contents).toEqual([]);
    expect(typed.outputs[0].contents.fp32_contents.slice(0, 4)).toEqual([0.5, 0.25, 0.25, Number.NaN]);
  });

  test('has classes as texts', () => {
    const outputs = [{ name: 'probabilities', parameters: { classification: { int64_param: 1 } } }];
    const inference = read({ inputs: [image], outputs });
    const typed = decode('Response', inferResponse(inference, model, { rows }, false));
    const texts = (typed.outputs[0].contents.bytes_contents as Uint8Array[]).map((text) =>
      Buffer.from(text).toString(),
    );
    expect(texts).toEqual([`0.5:0:${labels[0]}`, '']);
  });
});
