// Taking parts: slices, splits, rows by index, reversal, the largest few.
import { dataType } from '../../models/onnx/schema.ts';
import { BATCH, isDynamic, isFixed } from '../graph/dimensions.ts';
import { arrangeAxes, type Layout, placeOf } from '../graph/layout.ts';
import { attribute, int64Bytes } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { asIs, plain, reshaped, scalar } from '../graph/operands.ts';
import type { Value } from '../graph/value.ts';
import { emitReduce } from './reduce.ts';

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
  const cut = arrangeAxes(cuts, x.layout).flatMap((entry, place) =>
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

/** Whether a number is known only when the model runs; -1 may also be a number, or the batch. */
function varies(value: number): boolean {
  return isDynamic(value) && value !== BATCH;
}

/**
 * A place along an axis that is the sum of `parts`, of which some may be known only when the model runs: then it is
 * counted from the end.
 * @throws UserError where its distance from the end varies as well.
 */
function place(op: Op, length: number, parts: readonly number[]): number {
  if (!parts.some(varies)) return parts.reduce((sum, part) => sum + part, 0);
  const { build } = op;
  const at = (size: number, i: number) => (isDynamic(size) ? (build.samplesOf(size)[i] ?? 0) : size);
  const tries = Math.max(...parts.map((part) => build.samplesOf(part).length));
  const left = Array.from({ length: tries }, (_, i) =>
    parts.reduce((rest, part) => rest - at(part, i), at(length, i)),
  );
  const [distance = 0] = left;
  if (left.some((each) => each !== distance))
    throw op.unsupported(
      'a slice whose edge is not as far from the end of its axis at every size',
      build.advice.wayOut,
    );
  return distance === 0 ? END : -distance;
}

/** From `begin`, `size` elements per axis; -1 is all that are left, which the batch is. */
const slice: Converter = (op) => {
  const [x, begin, size] = [op.input(0), op.integers(1), op.integers(2)];
  const cuts = x.shape.map((length, axis): Cut => {
    const [start = 0, count = -1] = [begin[axis], size[axis]];
    const first = place(op, length, [start]);
    if (varies(count) || varies(start))
      return { start: first, end: count === BATCH ? END : place(op, length, [start, count]), step: 1 };
    const toEnd = isDynamic(count) || (!isDynamic(length) && start + count >= length);
    return { start, end: toEnd ? END : start + count, step: 1 };
  });
  return op.result(emitSlice(op, x, cuts), x.layout);
};

/** Python's slicing; bit i of a mask says that begin or end of axis i is left out, or that the axis is dropped. */
const stridedSlice: Converter = (op) => {
  const x = op.input(0);
  if (op.number('ellipsis_mask', 0) !== 0 || op.number('new_axis_mask', 0) !== 0)
    return withoutEllipsis(op, x);
  const [begin, end, strides] = [op.integers(1), op.integers(2), op.integers(3)];
  const masked = maskOf(op);
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
    const from = place(op, length, [first]);
    if (dropped) return { start: from, end: from === -1 ? END : from + 1, step: 1 };
    return {
      start: masked('begin_mask', axis) ? (step > 0 ? 0 : END) : from,
      end: masked('end_mask', axis) ? (step > 0 ? END : -END) : place(op, length, [last]),
      step,
    };
  });
  const result = op.result(emitSlice(op, x, cuts), x.layout);
  if (kept.length === x.shape.length) return result;
  // A dropped axis has one element.
  const before = x.shape.map((_, axis) => result.shape[kept.indexOf(axis)] ?? 1);
  return reshaped(op.build, { ...result, shape: before }, result.shape);
};

/** Whether bit `axis` of one of the op's masks is set. */
function maskOf(op: Op): (mask: string, axis: number) => boolean {
  return (mask, axis) => ((op.number(mask, 0) >> axis) & 1) === 1;
}

/** An ellipsis stands for all axes that are not named, and a new axis for none. */
function withoutEllipsis(op: Op, x: Value): Value {
  const masked = maskOf(op);
  const [begin, end, strides] = [op.integers(1), op.integers(2), op.integers(3)];
  const entries = begin.map((_, i) => i);
  const isNew = (i: number) => masked('new_axis_mask', i) && !masked('ellipsis_mask', i);
  const named = entries.filter((i) => !isNew(i) && !masked('ellipsis_mask', i));
  const cuts: Cut[] = [];
  for (const i of entries) {
    if (masked('ellipsis_mask', i)) for (let k = named.length; k < x.shape.length; k++) cuts.push(whole);
    if (masked('ellipsis_mask', i) || isNew(i)) continue;
    const [first = 0, last = 0, step = 1] = [begin[i], end[i], strides[i]];
    const dropped = masked('shrink_axis_mask', i);
    if (dropped) cuts.push({ start: first, end: first === -1 ? END : first + 1, step: 1 });
    else
      cuts.push({
        start: masked('begin_mask', i) ? (step > 0 ? 0 : END) : first,
        end: masked('end_mask', i) || isDynamic(last) ? (step > 0 ? END : -END) : last,
        step,
      });
  }
  while (cuts.length < x.shape.length) cuts.push(whole);
  const { shape } = op.result('');
  const cut = { ...op.result(emitSlice(op, x, cuts), x.layout), shape: cutShape(op, x, shape, named) };
  return reshaped(op.build, cut, shape);
}

/** The shape between the slice and the axes that it drops and adds, which have one element. */
function cutShape(op: Op, x: Value, result: readonly number[], named: readonly number[]): number[] {
  const masked = maskOf(op);
  const entries = op.integers(1).map((_, i) => i);
  const before: number[] = [];
  let place = 0;
  for (const i of entries) {
    const ellipsis = masked('ellipsis_mask', i);
    if (ellipsis) for (let k = named.length; k < x.shape.length; k++) before.push(result[place++] ?? 1);
    else if (masked('new_axis_mask', i)) place++;
    else before.push(masked('shrink_axis_mask', i) ? 1 : (result[place++] ?? 1));
  }
  while (before.length < x.shape.length) before.push(result[place++] ?? 1);
  return before;
}

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

/** Equal parts; the axis comes first. */
const equalSplit: Converter = (op) => {
  const x = op.input(1);
  const [axis = 0] = op.integers(0).map((value) => (value + x.shape.length) % x.shape.length);
  const parts = op.number('num_split', 1);
  const size = x.shape[axis] ?? 1;
  if (isDynamic(size))
    throw op.unsupported('a split of an axis whose size varies', 'Split along another axis.');
  const sizes = Array(parts).fill(size / parts);
  return emitSplit(op, x, x.layout, axis, sizes).map((name, i) => op.result(name, x.layout, i));
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
  const batchDims = op.number('batch_dims', 0);
  if (batchDims !== 0) return gatherPerRow(op, axis, batchDims);
  const attributes = [attribute.int('axis', axis)];
  return op.result(op.emit('Gather', [plain(op.build, x), plain(op.build, indices)], attributes));
};

/** Indices that differ from row to row: one place per index, within its row. */
function gatherPerRow(op: Op, axis: number, batchDims: number): Value {
  const [x, indices] = [op.input(0), op.input(1)];
  if (axis !== batchDims)
    throw op.unsupported('gathering along an axis that is not the one after the rows', 'Transpose it first.');
  const wide = op.emit('Cast', [plain(op.build, indices)], [attribute.int('to', dataType.INT64)]);
  const places = op.emit('Unsqueeze', [wide, op.build.integers([indices.shape.length])]);
  const attributes = [attribute.int('batch_dims', batchDims)];
  return op.result(op.emit('GatherND', [plain(op.build, x), places], attributes));
}

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

/** The longest axis along which products are built up: n numbers take n * n. */
const LONGEST_PRODUCT = 512;

/** Products of all elements up to each one, along an axis: of a square that holds ones where an element is left out. */
const cumulativeProduct: Converter = (op) => {
  const { build } = op;
  const x = op.input(0);
  const rank = x.shape.length;
  const [axis = 0] = op.integers(1).map((value) => (value + rank) % rank);
  const n = x.shape[axis] ?? 1;
  if (isDynamic(n) || n > LONGEST_PRODUCT)
    throw op.unsupported(`a product along ${n} numbers`, `Up to ${LONGEST_PRODUCT} are exported.`);
  const [exclusive, backwards] = [op.flag('exclusive', false), op.flag('reverse', false)];
  const takes = (i: number, j: number) => (i === j ? !exclusive : backwards ? j > i : j < i);
  const bytes = Uint8Array.from({ length: n * n }, (_, k) => (takes(Math.floor(k / n), k % n) ? 1 : 0));
  const dims = [n, n, ...x.shape.slice(axis + 1).map(() => 1)];
  const square = build.constant({ type: dataType.BOOL, dims, bytes });
  const column = op.emit('Unsqueeze', [plain(build, x), build.integers([axis])]);
  const chosen = op.emit('Where', [square, column, scalar(build, 1, x.type)]);
  return op.result(emitReduce(op, 'ReduceProd', chosen, [axis + 1], false));
};

export const parts: OpFamily = {
  Slice: slice,
  StridedSlice: stridedSlice,
  Split: equalSplit,
  SplitV: split,
  Unpack: unpack,
  ReverseV2: reverse,
  GatherV2: gather,
  TopKV2: topK,
  Cumsum: cumulativeSum,
  Cumprod: cumulativeProduct,
};
