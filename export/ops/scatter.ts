// Gathering and scattering by indices into several axes at once, counting, sums over segments.
import { dataType } from '../../models/onnx/schema.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { plain, scalar, shapeTensor } from '../graph/operands.ts';
import { elementCount, type Value } from '../graph/value.ts';

/** Indices as int64, which ONNX wants, `[...,axes]`; of a list of places, one index each. */
function indicesOf(op: Op, value: Value, unsqueeze = false): string {
  const name = op.emit('Cast', [plain(op.build, value)], [attribute.int('to', dataType.INT64)]);
  return unsqueeze ? op.emit('Unsqueeze', [name, op.build.integers([value.shape.length])]) : name;
}

/** Elements or slices of an array at places `[...,axes]`. */
const gatherNd: Converter = (op) => {
  const [x, indices] = [op.input(0), op.input(1)];
  return op.result(op.emit('GatherND', [plain(op.build, x), indicesOf(op, indices)]));
};

/** One number in a shape: `ConstantOfShape`. */
function filledWith(op: Op, shape: readonly number[], value: Uint8Array, type: number): string {
  const tensor = { dims: [1], data_type: type, raw_data: value };
  return op.emit('ConstantOfShape', [shapeTensor(op.build, shape)], [attribute.tensor('value', tensor)]);
}

/** Updates at the same place are added: from operator set 16 on ONNX can say so. */
function addition(op: Op) {
  if (op.build.opset < 16)
    throw op.unsupported('adding at places', 'Operator sets from 16 on have it: `--opset 17`.');
  return [attribute.text('reduction', 'add')];
}

/** Zeros of the given shape with updates added at places `[...,axes]`. */
const scatterNd: Converter = (op) => {
  const [indices, updates] = [op.input(0), op.input(1)];
  const reduction = addition(op);
  const zeros = filledWith(op, op.integers(2), new Uint8Array(4), updates.type);
  const inputs = [zeros, indicesOf(op, indices), plain(op.build, updates)];
  return op.result(op.emit('ScatterND', inputs, reduction));
};

/** An array with other values at places. */
const scatterUpdate: Converter = (op) => {
  const [x, indices, updates] = [op.input(0), op.input(1), op.input(2)];
  const inputs = [plain(op.build, x), indicesOf(op, indices), plain(op.build, updates)];
  return op.result(op.emit('ScatterND', inputs));
};

/** One number everywhere but at places; values are one per place, or one for all. */
const sparseToDense: Converter = (op) => {
  const [indices, values, otherwise] = [op.input(0), op.input(2), op.input(3)];
  if (otherwise.constant === undefined)
    throw op.unsupported('a computed number for all other places', 'Make it a constant.');
  const shape = op.integers(1);
  const dense = filledWith(op, shape, otherwise.constant.bytes, values.type);
  // Without an axis for them, indices count places of a list.
  const inList = indices.shape.length < 2;
  const places = inList ? indices.shape : indices.shape.slice(0, -1);
  const all = values.shape.length < places.length;
  const updates = all
    ? op.emit('Expand', [plain(op.build, values), shapeTensor(op.build, places)])
    : plain(op.build, values);
  return op.result(op.emit('ScatterND', [dense, indicesOf(op, indices, inList), updates]));
};

/** Sums of the slices of each segment; a slice in a segment below zero is in none. */
const segmentSum: Converter = (op) => {
  const { build } = op;
  const [x, ids] = [op.input(0), op.input(1)];
  const [segments = 0] = op.integers(2);
  const reduction = addition(op);
  const rest = x.shape.slice(ids.shape.length);
  // One more segment takes what is in none, and is cut off.
  const zeros = filledWith(op, [segments + 1, ...rest], new Uint8Array(4), x.type);
  const name = plain(build, ids);
  const isNone = op.emit('Less', [name, scalar(build, 0, ids.type)]);
  const kept = op.emit('Where', [isNone, scalar(build, segments, ids.type), name]);
  const sums = op.emit(
    'ScatterND',
    [zeros, indicesOf(op, { ...ids, name: kept }, true), plain(build, x)],
    reduction,
  );
  return op.result(
    op.emit('Slice', [sums, build.integers([0]), build.integers([segments]), build.integers([0])]),
  );
};

/** How often each number from 0 to size - 1 occurs in a list, or the sum of the weights of its occurrences. */
const bincount: Converter = (op) => {
  const { build } = op;
  const [values, weights] = [op.input(0), op.input(2)];
  const [size = 0] = op.integers(1);
  const bytes = new Uint8Array(Float32Array.of(0, 1).buffer);
  const zeroAndOne = build.constant({ type: dataType.FLOAT, dims: [2], bytes });
  const inputs = [indicesOf(op, values), build.integers([size]), zeroAndOne];
  const rows = op.emit('OneHot', inputs, [attribute.int('axis', -1)]);
  const unweighted = elementCount(weights.shape) === 0;
  const sum = unweighted
    ? op.emit('ReduceSum', [rows, build.integers([0])], [attribute.int('keepdims', 0)])
    : op.emit('MatMul', [plain(build, weights), rows]);
  const { type } = op.result('');
  return op.result(type === dataType.FLOAT ? sum : op.emit('Cast', [sum], [attribute.int('to', type)]));
};

export const scatter: OpFamily = {
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  TensorScatterUpdate: scatterUpdate,
  SparseToDense: sparseToDense,
  UnsortedSegmentSum: segmentSum,
  Bincount: bincount,
};
