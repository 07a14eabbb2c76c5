// The border with tfjs-node: tensors of bytes, values by their ids, and gradients of one's own.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { inspectCpu } from '../../../setup/machine/cpu.mjs';
import { hasOwnOps } from '../../../train/graph/own-ops.ts';
import {
  backend,
  customGradient,
  DataType,
  dataTypeOf,
  eagerAttribute,
  executeOne,
  requireTensorflow,
  tensorId,
  tf,
  uint8Tensor,
  valuesById,
  valuesOf,
} from '../../../train/graph/tensorflow.ts';

describe('values', () => {
  it('of bytes go to TensorFlow and back, which tfjs takes for int32', () => {
    const bytes = uint8Tensor(Uint8Array.of(0, 7, 255, 128), [2, 2]);
    expect([bytes.dtype, bytes.shape, dataTypeOf(bytes)]).toEqual(['int32', [2, 2], DataType.uint8]);
    expect(valuesOf(bytes)).toEqual(Uint8Array.of(0, 7, 255, 128));
    expect([...tf.cast(bytes, 'float32').dataSync()]).toEqual([0, 7, 255, 128]);
    bytes.dispose();
  });

  it.each([
    ['float32', [0.5, -3], Float32Array.of(0.5, -3)],
    ['int32', [300, -3], Int32Array.of(300, -3)],
  ] as const)('of %s are as they are', (dtype, list, expected) => {
    const tensor = tf.tensor1d([...list], dtype);
    expect(valuesOf(tensor)).toEqual(expected);
    expect(dataTypeOf(tensor)).toBe(DataType[dtype]);
    expect(valuesById(backend.binding, tensorId(tensor), DataType[dtype])).toEqual(expected);
  });

  it('of bytes are read without a tensor more', () => {
    const bytes = uint8Tensor(Uint8Array.of(1, 2), [2]);
    const { deleteTensor, executeOp } = backend.binding;
    const made: number[] = [];
    const gone: number[] = [];
    const counting = Object.create(backend.binding, {
      executeOp: {
        value: (...args: Parameters<typeof executeOp>) => {
          const results = executeOp.apply(backend.binding, args);
          made.push(...results.map(({ id }) => id));
          return results;
        },
      },
      deleteTensor: {
        value: (id: number) => {
          gone.push(id);
          deleteTensor.call(backend.binding, id);
        },
      },
    });
    expect(valuesById(counting, tensorId(bytes), DataType.uint8)).toEqual(Uint8Array.of(1, 2));
    expect(made).toHaveLength(1);
    expect(gone).toEqual(made);
  });
});

it('ops take attributes of every kind', () => {
  const { type, string, int, float, bool } = eagerAttribute;
  const x = tf.tensor4d([1, 5, 3, 2], [1, 2, 2, 1]);
  const pool = [type('T', DataType.float32), int('ksize', [1, 2, 2, 1]), int('strides', [1, 1, 1, 1])];
  const { shape } = executeOne(
    backend.binding,
    'MaxPool',
    [...pool, string('padding', 'VALID')],
    [tensorId(x)],
  );
  expect(shape).toEqual([1, 1, 1, 1]);
  const leaky = [type('T', DataType.float32), float('alpha', 0.25)];
  const minus = executeOne(backend.binding, 'LeakyRelu', leaky, [tensorId(tf.tensor1d([-4, 4]))]);
  expect(valuesById(backend.binding, minus.id, DataType.float32)).toEqual(Float32Array.of(-1, 4));
  const sum = [type('T', DataType.float32), type('Tidx', DataType.int32), bool('keep_dims', true)];
  const axes = tensorId(tf.tensor1d([0], 'int32'));
  expect(executeOne(backend.binding, 'Sum', sum, [tensorId(tf.ones([3, 2])), axes]).shape).toEqual([1, 2]);
});

it('a border that gives nothing is named', () => {
  expect(() => executeOne({ ...backend.binding, executeOp: () => [] }, 'Neg', [], [])).toThrow(
    'Neg has no result',
  );
  const get = backend.getInputTensorIds;
  backend.getInputTensorIds = () => [];
  try {
    expect(() => tensorId(tf.ones([1]))).toThrow('the backend gave no id for a tensor');
  } finally {
    backend.getInputTensorIds = get;
  }
});

it('a gradient of one’s own is asked for, again and again by one function', () => {
  const tripled = customGradient((x: unknown) => ({
    value: tf.mul(x as Tensor, 2),
    // Not the derivative, so that it shows whose is taken.
    gradFunc: (dy: Tensor) => tf.mul(dy, 7),
  }));
  for (const at of [1, 5]) {
    expect(tripled(tf.scalar(at)).dataSync()[0]).toBe(2 * at);
    expect(
      tf
        .grad((x) => tripled(x))(tf.scalar(at))
        .dataSync()[0],
    ).toBe(7);
  }
});

it('libraries that are loaded when they are used look as they are', () => {
  requireTensorflow();
  expect('tensor1d' in tf && !('nothingOfThisName' in tf)).toBe(true);
  expect('binding' in backend).toBe(true);
});

describe('whether our ops are there', () => {
  it('is so on CPUs with AVX-512, without a GPU', () => {
    expect(hasOwnOps()).toBe(inspectCpu().features.AVX512 && !backend.binding.isUsingGpuDevice());
  });

  it('is not so with a GPU, or with an addon that lacks it', () => {
    const { binding } = backend;
    backend.binding = Object.create(binding, { isUsingGpuDevice: { value: () => true } });
    const withGpu = hasOwnOps();
    backend.binding = Object.create(binding, {
      executeOp: {
        value: () => {
          throw new Error('no op TrainyardGelu');
        },
      },
    });
    const without = hasOwnOps();
    backend.binding = binding;
    expect([withGpu, without]).toEqual([false, false]);
  });
});
