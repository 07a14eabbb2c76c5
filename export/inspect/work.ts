// What one picture costs a model: operations, parameters and memory of every node, from the shapes that it really has.

import { intOf, intsOf } from '../../models/onnx/attribute.ts';
import { constantsOf } from '../../models/onnx/constants.ts';
import { dataType, type ModelProto, type NodeProto, typeName } from '../../models/onnx/schema.ts';
import { sizeOf } from '../../models/shape.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { withOutputs } from '../parity/layers.ts';
import { createInferenceSession } from '../parity/session.ts';

export interface NodeWork {
  readonly name: string;
  readonly op: string;
  /** For one picture; the first dimension is 1 where it is the batch. */
  readonly shape: readonly number[];
  /** Floating-point operations; a multiplication and an addition are two. */
  readonly flops: number;
  /** Numbers in its weights; shapes and axes are none. */
  readonly parameters: number;
}

export interface ModelWork {
  readonly nodes: readonly NodeWork[];
  readonly flops: number;
  readonly memory: {
    /** Bytes of all weights. */
    readonly weights: number;
    /** Most bytes of values that are needed at once for one picture, run node by node. */
    readonly activations: number;
  };
}

/** Operators that move numbers or look at shapes, and calculate nothing. */
const FREE = new Set(
  'Cast Concat Constant ConstantOfShape DequantizeLinear Expand Flatten Gather Identity Pad QuantizeLinear Reshape Shape Slice Split Squeeze Tile Transpose Unsqueeze'.split(
    ' ',
  ),
);

/** Operations for each number of the result, where that is not one. Exponentials and the like count as one. */
const PER_NUMBER: Readonly<Record<string, number>> = {
  BatchNormalization: 2,
  HardSigmoid: 4,
  Softmax: 3,
  LRN: 4,
};

/**
 * Runs the model once on zeros and works out what each node did.
 * @param sizes - What dimensions with a name are, such as `{ height: 224 }`; a dimension that is not among them is 1.
 * @throws Error when onnxruntime cannot run it; it says why.
 */
export async function workOf(
  model: ModelProto,
  sizes: Readonly<Record<string, number>> = {},
): Promise<ModelWork> {
  const names = model.graph.node.flatMap(({ output }) => output.filter(Boolean));
  const values = await run(model, names, sizes);
  const constants = constantsOf(model.graph);
  const shapeOf = (name: string) => values.get(name)?.dims ?? constants.get(name)?.dims ?? [];
  const counted = new Set(
    [...constants].flatMap(([name, { data_type }]) => (data_type === dataType.INT64 ? [] : [name])),
  );
  const nodes = model.graph.node.map(
    (node): NodeWork => ({
      name: node.name ?? '',
      op: node.op_type,
      shape: shapeOf(node.output[0] ?? ''),
      flops: flopsOf(node, shapeOf),
      parameters: node.input
        .filter((name) => counted.has(name))
        .reduce((sum, name) => sum + sizeOf(constants.get(name)?.dims ?? []), 0),
    }),
  );
  return {
    nodes,
    flops: nodes.reduce((sum, { flops }) => sum + flops, 0),
    memory: {
      weights: model.graph.initializer.reduce((sum, { raw_data }) => sum + (raw_data?.length ?? 0), 0),
      activations: peakOf(model, (name) => values.get(name)?.bytes ?? 0),
    },
  };
}

interface Value {
  dims: readonly number[];
  bytes: number;
}

async function run(
  model: ModelProto,
  names: readonly string[],
  sizes: Readonly<Record<string, number>>,
): Promise<Map<string, Value>> {
  // As it is in the file: onnxruntime would put nodes together.
  const session = await createInferenceSession(withOutputs(model, names), {
    graphOptimizationLevel: 'disabled',
  });
  try {
    const initializers = new Set(model.graph.initializer.map(({ name }) => name));
    const inputs = model.graph.input.filter(({ name }) => !initializers.has(name));
    const feeds = Object.fromEntries(
      inputs.map(({ name, type }) => {
        const { elem_type, shape } = type?.tensor_type ?? {};
        const dims =
          shape?.dim.map(({ dim_value, dim_param }) => dim_value || sizes[dim_param ?? ''] || 1) ?? [];
        return [name, zeros(name, elem_type, dims)];
      }),
    );
    const results = await session.run(feeds);
    return new Map(
      [...Object.entries(feeds), ...Object.entries(results)].map(([name, { dims, type }]) => [
        name,
        { dims, bytes: sizeOf(dims) * (BYTES[type] ?? 4) },
      ]),
    );
  } finally {
    await session.release();
  }
}

/** Bytes of one element. */
const BYTES: Readonly<Record<string, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  float16: 2,
  int16: 2,
  uint16: 2,
  int64: 8,
  uint64: 8,
  float64: 8,
};

function zeros(name: string, type: number | undefined, dims: readonly number[]): ort.Tensor {
  const size = sizeOf(dims);
  switch (type) {
    case dataType.FLOAT:
      return new ort.Tensor('float32', new Float32Array(size), dims);
    case dataType.DOUBLE:
      return new ort.Tensor('float64', new Float64Array(size), dims);
    case dataType.FLOAT16:
      return new ort.Tensor('float16', new Uint16Array(size), dims);
    case dataType.UINT8:
      return new ort.Tensor('uint8', new Uint8Array(size), dims);
    case dataType.INT8:
      return new ort.Tensor('int8', new Int8Array(size), dims);
    case dataType.UINT16:
      return new ort.Tensor('uint16', new Uint16Array(size), dims);
    case dataType.INT16:
      return new ort.Tensor('int16', new Int16Array(size), dims);
    case dataType.UINT32:
      return new ort.Tensor('uint32', new Uint32Array(size), dims);
    case dataType.INT32:
      return new ort.Tensor('int32', new Int32Array(size), dims);
    case dataType.UINT64:
      return new ort.Tensor('uint64', new BigUint64Array(size), dims);
    case dataType.INT64:
      return new ort.Tensor('int64', new BigInt64Array(size), dims);
    case dataType.BOOL:
      return new ort.Tensor('bool', new Uint8Array(size), dims);
    default:
      throw new Error(`input ${name} is of ${typeName(type ?? 0)}, of which no example is made here`);
  }
}

function flopsOf(node: NodeProto, shapeOf: (name: string) => readonly number[]): number {
  const { op_type, input, output } = node;
  if (FREE.has(op_type)) return 0;
  const [x, w] = [shapeOf(input[0] ?? ''), shapeOf(input[1] ?? '')];
  const result = sizeOf(shapeOf(output[0] ?? ''));
  const added = input[2] ? result : 0;
  switch (op_type) {
    case 'Conv':
      // Kernels are [out, in / groups, ...window].
      return 2 * result * sizeOf(w.slice(1)) + added;
    case 'ConvTranspose':
      // Kernels are [in, out / groups, ...window], and every number of the input meets all of one.
      return 2 * sizeOf(x) * sizeOf(w.slice(1)) + added;
    case 'Gemm': {
      const transposed = intOf(node, 'transA') === 1;
      return 2 * result * (x[transposed ? 0 : 1] ?? 1) + added;
    }
    case 'MatMul':
      return 2 * result * (x.at(-1) ?? 1);
    case 'MaxPool':
    case 'AveragePool':
      return result * sizeOf(intsOf(node, 'kernel_shape') ?? []);
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
    case 'ReduceMean':
    case 'ReduceSum':
    case 'ReduceMax':
    case 'ReduceMin':
      return sizeOf(x);
    default:
      return result * (PER_NUMBER[op_type] ?? 1);
  }
}

/** Most bytes alive at once: a value lives from the node that makes it to the last one that uses it. */
function peakOf({ graph }: ModelProto, bytesOf: (name: string) => number): number {
  const last = new Map<string, number>();
  graph.node.forEach(({ input }, i) => {
    for (const name of input) last.set(name, i);
  });
  for (const { name } of graph.output) last.set(name, graph.node.length);
  let alive = graph.input.reduce((sum, { name }) => sum + bytesOf(name), 0);
  let peak = alive;
  graph.node.forEach(({ input, output }, i) => {
    alive += output.reduce((sum, name) => sum + bytesOf(name), 0);
    peak = Math.max(peak, alive);
    for (const name of new Set([...input, ...output]))
      if ((last.get(name) ?? i) === i) alive -= bytesOf(name);
  });
  return peak;
}
