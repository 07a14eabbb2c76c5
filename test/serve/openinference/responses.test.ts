// What is promised of the protocol's responses, one by one and without a server: what is written, and what is counted.
import { describe, expect, test, vi } from 'vitest';
import {
  modelConfig,
  modelMetadata,
  repositoryIndex,
  serverMetadata,
} from '../../../serve/openinference/metadata.ts';
import { checkOutputs, encodeOutputs } from '../../../serve/openinference/outputs.ts';
import {
  inferRequestSchema,
  inferResponseSchema,
  modelConfigSchema,
  modelMetadataSchema,
  repositoryIndexSchema,
  serverMetadataSchema,
  statisticsSchema,
} from '../../../serve/openinference/schema.ts';
import { createInferenceStatistics } from '../../../serve/openinference/statistics.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { limitsWith } from '../../../serve/settings/limits.ts';
import { model } from './colors.ts';

describe('the outputs', () => {
  const request = inferRequestSchema.parse({
    inputs: [{ name: 'image', datatype: 'UINT8', shape: [1], data: [] }],
  });
  const one = Float32Array.of(0.25, 0.5, 0.25);
  const bad = new Refusal(415, 'no picture');
  const rows = [one, bad];
  const output = (parameters?: object) => ({ name: 'probabilities', ...(parameters && { parameters }) });
  const encoded = (asked: object, all: readonly (Float32Array | Refusal)[] = rows) => {
    const { body, headers } = encodeOutputs({ ...request, ...asked }, model, { rows: all });
    const bytes = Buffer.from(body);
    const length = Number(headers['inference-header-content-length'] ?? bytes.length);
    const json = JSON.parse(bytes.subarray(0, length).toString());
    expect(inferResponseSchema.parse(json)).toEqual(json);
    return { json, headers, blob: bytes.subarray(length) };
  };
  const errors = { parameters: { error_1: 'no picture', status_1: 415 } };
  const head = { name: 'probabilities', datatype: 'FP32', shape: [2, 3] };

  test('are probabilities as JSON, where nothing else is asked', () => {
    for (const asked of [
      {},
      { outputs: [] },
      { outputs: [output()] },
      { parameters: { binary_data_output: false } },
    ]) {
      const { json, headers } = encoded(asked);
      expect(json).toEqual({
        ...{ model_name: 'colors', model_version: '3', ...errors },
        outputs: [{ ...head, data: [0.25, 0.5, 0.25, null, null, null] }],
      });
      expect(headers).toEqual({ 'content-type': 'application/json' });
    }
    expect(encoded({ id: 'mine' }, [one]).json).toEqual({
      ...{ id: 'mine', model_name: 'colors', model_version: '3' },
      outputs: [{ ...head, shape: [1, 3], data: [0.25, 0.5, 0.25] }],
    });
  });

  test('are bytes after the JSON, where that is asked for all or for one', () => {
    const all = { parameters: { binary_data_output: true } };
    for (const asked of [all, { outputs: [output({ binary_data: true })] }]) {
      const { json, headers, blob } = encoded(asked);
      expect(headers['content-type']).toBe('application/octet-stream');
      expect(json.outputs).toEqual([{ ...head, parameters: { binary_data_size: 24 } }]);
      expect(Array.from({ length: 6 }, (_, i) => blob.readFloatLE(4 * i))).toEqual([
        ...one,
        ...Array(3).fill(Number.NaN),
      ]);
    }
    const both = encoded({
      ...all,
      outputs: [output({ binary_data: false }), output(), output({ binary_data: 1 })],
    });
    expect(both.json.outputs.map(({ data }: { data?: unknown }) => data !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
    expect(both.blob).toHaveLength(24);
    // A view of a part of a larger array.
    const part = Float32Array.of(9, ...one, 9).subarray(1, 4);
    expect(encoded(all, [part]).blob).toEqual(Buffer.from(one.buffer));
  });

  test('are the best classes, where that is asked', () => {
    const classes = (n: number, more: object = {}) =>
      encoded({ outputs: [output({ classification: n, ...more })] });
    expect(classes(2).json.outputs).toEqual([
      { ...head, datatype: 'BYTES', shape: [2, 2], data: ['0.5:1:green', '0.25:0:red', '', ''] },
    ]);
    expect(classes(9).json.outputs[0].shape).toEqual([2, 3]);
    expect(classes(0).json.outputs).toEqual([{ ...head, data: [0.25, 0.5, 0.25, null, null, null] }]);
    const { json, blob } = classes(1, { binary_data: true });
    expect(json.outputs).toEqual([
      { ...head, datatype: 'BYTES', shape: [2, 1], parameters: { binary_data_size: 19 } },
    ]);
    expect(blob).toEqual(Buffer.from('\x0b\0\0\x000.5:1:green\0\0\0\0', 'latin1'));
  });

  test('are checked before any work is done', () => {
    const check =
      (...outputs: object[]) =>
      () =>
        checkOutputs(inferRequestSchema.parse({ ...request, outputs }), model);
    expect(() => checkOutputs(request, model)).not.toThrow();
    expect(check(output(), output({ classification: 0 }), output({ classification: 3 }))).not.toThrow();
    expect(check(output(), { name: 'logits' })).toThrow(
      'unexpected inference output "logits" for model "colors", expected "probabilities" or "embedding"',
    );
    for (const wrong of [-1, 0.5, '3', true])
      expect(check(output(), output({ classification: wrong }))).toThrow(
        `outputs[1].parameters.classification: received ${JSON.stringify(wrong)}, expected a number of classes`,
      );
    expect(check(output({ shared_memory_region: 'x' }))).toThrow(
      'outputs[0]: shared memory is not supported',
    );
  });
});

test('the metadata says what the model takes and gives', () => {
  const server = serverMetadata('1.2.3');
  expect(serverMetadataSchema.strict().parse(server)).toEqual({
    ...{ name: 'trainyard', version: '1.2.3' },
    extensions: [
      ...[
        'binary_tensor_data',
        'classification',
        'model_configuration',
        'model_repository',
        'parameters',
        'statistics',
      ],
    ],
  });
  const metadata = modelMetadata(model, [1, 3]);
  expect(modelMetadataSchema.strict().parse(metadata)).toEqual({
    ...{ name: 'colors', versions: ['1', '3'], platform: 'onnxruntime_onnx' },
    inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, 1, 2, 3] }],
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
  });
  const config = modelConfig(model, limitsWith({ rowsPerRequest: 4, batch: 2 }));
  expect(modelConfigSchema.strict().parse(config)).toEqual({
    ...{ name: 'colors', platform: 'onnxruntime_onnx', backend: 'onnxruntime' },
    ...{ version_policy: { latest: { num_versions: 1 } }, max_batch_size: 4 },
    input: [{ name: 'image', data_type: 'TYPE_UINT8', format: 'FORMAT_NONE', dims: [1, 2, 3] }],
    output: [{ name: 'probabilities', data_type: 'TYPE_FP32', dims: [3] }],
    dynamic_batching: { preferred_batch_size: [2], max_queue_delay_microseconds: 0 },
  });
});

test('the index has what is ready, and what is not by its reason', () => {
  const absent = [
    { name: 'colors', version: 3, reason: 'older' },
    { name: 'colors', version: 4, reason: 'comes', loading: true },
    { name: 'other', version: 3, reason: 'broken' },
    { name: 'none', reason: 'empty' },
  ];
  const second = { ...model, name: 'second' };
  expect(repositoryIndexSchema.parse(repositoryIndex([model, second], absent))).toEqual([
    { name: 'colors', version: '3', state: 'READY', reason: '' },
    { name: 'second', version: '3', state: 'READY', reason: '' },
    { name: 'colors', version: '4', state: 'LOADING', reason: 'comes' },
    { name: 'other', version: '3', state: 'UNAVAILABLE', reason: 'broken' },
    { name: 'none', version: '', state: 'UNAVAILABLE', reason: 'empty' },
  ]);
});

test('the statistics count what was done, in nanoseconds, of each version', () => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  const { observer, of } = createInferenceStatistics();
  const none = { count: 0, ns: 0 };
  const stages = { fail: none, queue: none, compute_input: none, compute_infer: none, compute_output: none };
  const empty = {
    ...{ name: 'colors', version: '3', last_inference: 0, inference_count: 0, execution_count: 0 },
    ...{ inference_stats: { success: none, ...stages }, batch_stats: [] },
  };
  expect(of(model)).toEqual(empty);
  observer.classified?.(model, { decode: 1, prepare: 2, queue: 4, run: 8.0000004 });
  observer.classified?.(model, { decode: 10, prepare: 20, queue: 40, run: 80 });
  observer.failed?.(model, 'late');
  observer.batched?.(model, 2, 88);
  observer.batched?.(model, 1, 5);
  observer.batched?.(model, 2, 12);
  vi.useRealTimers();
  const batch = (batch_size: number, count: number, ns: number) => ({
    ...{ batch_size, compute_infer: { count, ns } },
    ...{ compute_input: { count, ns: 0 }, compute_output: { count, ns: 0 } },
  });
  const ms = 1e6;
  expect(statisticsSchema.parse({ model_stats: [of(model)] }).model_stats).toEqual([
    {
      ...{
        name: 'colors',
        version: '3',
        last_inference: 1_700_000_000_000,
        inference_count: 2,
        execution_count: 3,
      },
      inference_stats: {
        success: { count: 2, ns: 165 * ms },
        fail: { count: 1, ns: 0 },
        queue: { count: 2, ns: 44 * ms },
        compute_input: { count: 2, ns: 33 * ms },
        compute_infer: { count: 2, ns: 88 * ms },
        compute_output: { count: 2, ns: 0 },
      },
      batch_stats: [batch(2, 2, 100 * ms), batch(1, 1, 5 * ms)],
    },
  ]);
  expect(of({ name: 'colors', version: 4 })).toEqual({ ...empty, version: '4' });
});
