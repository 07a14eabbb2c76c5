// Taking parts: slices, splits, rows by index, reversal, the largest few.
import { dataType } from '../../models/onnx/schema.ts';
import { isDynamic, isFixed } from '../dimensions.ts';
import { arrange, type Layout, placeOf } from '../layout.ts';
import { attribute, int64Bytes } from '../onnx.ts';
import type { Converter, Family, Op } from '../op.ts';
import { asIs, plain, reshaped } from '../operands.ts';
import type { Value } from '../value.ts';

/** What is kept of one axis, as in Python's `[start:end:step]`. */
interface Cut {
  start: number;
  end: number;
  step: number;
}

/** Beyond any array, in either direction. */
const END = Number.MAX_SAFE_INTEGER;

const whole: Cut = { start: 0, end: END, step: 1 };

/** Adds a Slice with one cut per axis (counted with channels last); nothing if every axis is kept whole. */
function emitSlice(op: Op, x: Value, cuts: readonly Cut[]): string {
  const name = asIs(op.build, x);
  const cut = arrange(cuts, x.layout).flatMap((entry, place) =>
    entry.step === 1 && entry.start === 0 && entry.end === END ? [] : [{ ...entry, place }],
  );
  if (cut.length === 0) return name;
  const lists = [
    cut.map(({ start }) => start),
    cut.map(({ end }) => end),
    cut.map(({ place }) => place),
    cut.map(({ step }) => step),
  ];
  return op.emit('Slice', [name, ...lists.map((list) => op.build.integers(list))]);
}

/** From `begin`, `size` elements per axis; -1 is all that are left, which the batch is. */
const slice: Converter = (op) => {
  const [x, begin, size] = [op.input(0), op.integers(1), op.integers(2)];
  const cuts = x.shape.map((length, axis): Cut => {
    const [start = 0, count = -1] = [begin[axis], size[axis]];
    const toEnd = isDynamic(count) || (!isDynamic(length) && start + count >= length);
    return { start, end: toEnd ? END : start + count, step: 1 };
  });
  return op.result(emitSlice(op, x, cuts), x.layout);
};

/** Python's slicing; bit i of a mask says that begin or end of axis i is left out, or that the axis is dropped. */
const stridedSlice: Converter = (op) => {
  const x = op.input(0);
  if (op.number('ellipsis_mask', 0) !== 0 || op.number('new_axis_mask', 0) !== 0)
    throw op.unsupported('an ellipsis or a new axis', 'Name every axis, and use expandDims.');
  const [begin, end, strides] = [op.integers(1), op.integers(2), op.integers(3)];
  const masked = (mask: string, axis: number) => ((op.number(mask, 0) >> axis) & 1) === 1;
  const kept: number[] = [];
  const cuts = x.shape.map((length, axis): Cut => {
    const [first = 0, last = 0, step = 1] = [begin[axis], end[axis], strides[axis]];
    const dropped = masked('shrink_axis_mask', axis);
    if (!dropped) kept.push(axis);
    // Where the batch is kept, an end of -1 is the batch's own size.
    const all =
      axis >= begin.length ||
      (isDynamic(length) && step === 1 && op.result('').shape[kept.length - 1] === length);
    if (all) return whole;
    if (dropped) return { start: first, end: first === -1 ? END : first + 1, step: 1 };
    return {
      start: masked('begin_mask', axis) ? (step > 0 ? 0 : END) : first,
      end: masked('end_mask', axis) ? (step > 0 ? END : -END) : last,
      step,
    };
  });
  const result = op.result(emitSlice(op, x, cuts), x.layout);
  if (kept.length === x.shape.length) return result;
  const before = x.shape.map((_, axis) => {
    const place = kept.indexOf(axis);
    return place === -1 ? 1 : (result.shape[place] ?? 1);
  });
  return reshaped(op.build, { ...result, shape: before }, result.shape);
};

/** Cuts `x` along `axis` into parts of the given sizes; names of the parts. */
function emitSplit(op: Op, x: Value, layout: Layout, axis: number, sizes: readonly number[]): string[] {
  const name = asIs(op.build, x);
  if (sizes.length === 1) return [name];
  const place = placeOf(axis, layout, x.shape.length);
  return op.build.nodeWithOutputs('Split', [name, op.build.integers(sizes)], sizes.length, {
    attributes: [attribute.int('axis', place)],
  });
}

const split: Converter = (op) => {
  const [x, sizes] = [op.input(0), op.integers(1)];
  const [axis = 0] = op.integers(2);
  if (!isFixed(sizes))
    throw op.unsupported('a split into parts whose sizes vary', 'Split along another axis.');
  const from = (axis + x.shape.length) % x.shape.length;
  return emitSplit(op, x, x.layout, from, sizes).map((name, i) => op.result(name, x.layout, i));
};

/** One part per place along an axis, and the axis dropped. */
const unpack: Converter = (op) => {
  const x = op.input(0);
  const axis = op.number('axis', 0);
  const count = x.shape[axis] ?? 1;
  if (isDynamic(count)) throw op.unsupported('unstacking an axis whose size varies', 'Unstack another axis.');
  const part = x.shape.map((size, i) => (i === axis ? 1 : size));
  return emitSplit(op, x, x.layout, axis, Array(count).fill(1)).map((name, i) => {
    const result = op.result(name, x.layout, i);
    return reshaped(op.build, { ...result, shape: part }, result.shape);
  });
};

const reverse: Converter = (op) => {
  const x = op.input(0);
  const rank = x.shape.length;
  const axes = op.integers(1).map((axis) => (axis + rank) % rank);
  const cuts = x.shape.map((_, axis) => (axes.includes(axis) ? { start: END, end: -END, step: -1 } : whole));
  return op.result(emitSlice(op, x, cuts), x.layout);
};

/** Rows by index, along one axis. */
const gather: Converter = (op) => {
  const [x, indices] = [op.input(0), op.input(1)];
  const [axis = 0] = op.integers(2).map((value) => (value + x.shape.length) % x.shape.length);
  if (op.number('batch_dims', 0) !== 0)
    throw op.unsupported('gathering with batch dimensions', 'Use a one-hot product instead.');
  const attributes = [attribute.int('axis', axis)];
  return op.result(op.emit('Gather', [plain(op.build, x), plain(op.build, indices)], attributes));
};

/** The k largest along the last axis and their indices, as int32. */
const topK: Converter = (op) => {
  const x = op.input(0);
  const inputs = [plain(op.build, x), op.build.integers(op.integers(1))];
  const [values = '', indices = ''] = op.build.nodeWithOutputs('TopK', inputs, 2, {
    attributes: [attribute.int('axis', -1), attribute.int('sorted', op.flag('sorted', true) ? 1 : 0)],
  });
  const cast = op.emit('Cast', [indices], [attribute.int('to', dataType.INT32)]);
  return [op.result(values), op.result(cast, 'channelsLast', 1)];
};

/** Sums of all elements up to each one, along an axis. */
const cumulativeSum: Converter = (op) => {
  const x = op.input(0);
  const [axis = 0] = op.integers(1).map((value) => (value + x.shape.length) % x.shape.length);
  const place = placeOf(axis, x.layout, x.shape.length);
  const axisName = op.build.constant({ type: dataType.INT64, dims: [], bytes: int64Bytes([place]) });
  const name = op.emit(
    'CumSum',
    [asIs(op.build, x), axisName],
    [
      attribute.int('exclusive', op.flag('exclusive', false) ? 1 : 0),
      attribute.int('reverse', op.flag('reverse', false) ? 1 : 0),
    ],
  );
  return op.result(name, x.layout);
};

export const parts: Family = {
  Slice: slice,
  StridedSlice: stridedSlice,
  SplitV: split,
  Unpack: unpack,
  ReverseV2: reverse,
  GatherV2: gather,
  TopKV2: topK,
  Cumsum: cumulativeSum,
};
