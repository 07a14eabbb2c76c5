// Putting together: concatenation, stacking, padding, repetition, one-hot vectors.
import { dataType } from '../../models/onnx/schema.ts';
import { isFixed } from '../graph/dimensions.ts';
import { arrangeAxes, placeOf } from '../graph/layout.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { asIs, inLayout, plain, reshaped, scalar, shapeTensor } from '../graph/operands.ts';
import { elementCount, type Value } from '../graph/value.ts';

const concat: Converter = (op) => {
  const parts = op.inputs.slice(0, -1);
  const [axis = 0] = op.integers(parts.length);
  const rank = op.result('').shape.length;
  const layout = parts.some((part) => part.layout === 'channelsFirst') ? 'channelsFirst' : 'channelsLast';
  const names = parts.map((part) => inLayout(op.build, part, layout));
  const place = placeOf((axis + rank) % rank, layout, rank);
  return op.result(op.emit('Concat', names, [attribute.int('axis', place)]), layout);
};

/** Concatenation along a new axis. */
const pack: Converter = (op) => {
  const result = op.result('');
  const axis = (op.number('axis', 0) + result.shape.length) % result.shape.length;
  const part = result.shape.map((size, i) => (i === axis ? 1 : size));
  const names = op.inputs.map((value) => plain(op.build, reshaped(op.build, value, part)));
  return { ...result, name: op.emit('Concat', names, [attribute.int('axis', axis)]) };
};

/** Paddings `[axes,2]` in ONNX's order: all beginnings, then all ends. */
const pad: Converter = (op) => {
  const [x, paddings] = [op.input(0), op.integers(1)];
  const pairs = arrangeAxes(
    x.shape.map((_, axis) => paddings.slice(2 * axis, 2 * axis + 2)),
    x.layout,
  );
  const pads = [...pairs.map(([before = 0]) => before), ...pairs.map(([, after = 0]) => after)];
  const inputs = [asIs(op.build, x), shapeTensor(op.build, pads)];
  if (op.node.op !== 'MirrorPad') {
    return op.result(op.emit('Pad', [...inputs, ...paddingValue(op)]), x.layout);
  }
  if (op.text('mode', 'REFLECT') !== 'REFLECT') return symmetric(op, pairs);
  return op.result(op.emit('Pad', inputs, [attribute.text('mode', 'reflect')]), x.layout);
};

/**
 * What is put around, left out where it is ONNX's own 0. Of real numbers a zero is written as -0: onnxruntime lets the pool
 * that follows pad instead where it sees only zero bytes, and a pool leaves out what it pads, so that of negative numbers
 * the largest would not be 0; and one whose window is smaller than the padding does not load at all.
 * Reference: onnxruntime/core/optimizer/pad_fusion.cc.
 */
function paddingValue(op: Op): string[] {
  const { build } = op;
  const value = op.inputs[2];
  const isZero = value === undefined || (value.constant?.bytes.every((byte) => byte === 0) ?? false);
  if (op.input(0).type === dataType.FLOAT && isZero) return [scalar(build, -0)];
  return value ? [plain(build, value)] : [];
}

/** Padding by mirror images that repeat the edge: slices in reverse order, concatenated. ONNX's own mode does not repeat the edge. */
function symmetric(op: Op, pairs: readonly number[][]): Value {
  const { build } = op;
  const x = op.input(0);
  const backwards = (name: string, axis: number, start: number, end: number) =>
    op.emit('Slice', [name, ...[[start], [end], [axis], [-1]].map((list) => build.integers(list))]);
  const name = pairs.reduce(
    (inner, [before = 0, after = 0], axis) => {
      const parts = [
        ...(before > 0 ? [backwards(inner, axis, before - 1, -Number.MAX_SAFE_INTEGER)] : []),
        inner,
        ...(after > 0 ? [backwards(inner, axis, -1, -after - 1)] : []),
      ];
      return parts.length === 1 ? inner : op.emit('Concat', parts, [attribute.int('axis', axis)]);
    },
    asIs(build, x),
  );
  return op.result(name, x.layout);
}

const tile: Converter = (op) => {
  const [x, repeats] = [op.input(0), op.integers(1)];
  const inputs = [asIs(op.build, x), shapeTensor(op.build, arrangeAxes(repeats, x.layout))];
  return op.result(op.emit('Tile', inputs), x.layout);
};

/**
 * Indices `[...]` to `[...,depth]`, with one value where the index points and another elsewhere: nowhere where it points
 * outside. ONNX's own operator counts negative ones from the end.
 */
const oneHot: Converter = (op) => {
  const { build } = op;
  const [indices, on, off] = [op.input(0), op.input(2), op.input(3)];
  const [depth = 0] = op.integers(1);
  const bytes = new Uint8Array(Int32Array.from({ length: depth }, (_, i) => i).buffer);
  const places = build.constant({ type: dataType.INT32, dims: [depth], bytes });
  const column = op.emit('Unsqueeze', [plain(build, indices), build.integers([-1])]);
  const points = op.emit('Equal', [column, places]);
  return op.result(op.emit('Where', [points, plain(build, on), plain(build, off)]));
};

/** Numbers at equal distances, of which there may be as many as a size that is known only when the model runs. */
const range: Converter = (op) =>
  op.result(
    op.emit(
      'Range',
      op.inputs.map((value) => plain(op.build, value)),
    ),
  );

/** The same number everywhere, in the shape of the input. */
function filled(value: 0 | 1): Converter {
  return (op) => {
    const x = op.input(0);
    const bytes =
      x.type === dataType.FLOAT
        ? new Uint8Array(Float32Array.of(value).buffer)
        : x.type === dataType.INT32
          ? new Uint8Array(Int32Array.of(value).buffer)
          : Uint8Array.of(value);
    const tensor = { dims: [1], data_type: x.type, raw_data: bytes };
    const name = op.emit(
      'ConstantOfShape',
      [op.emit('Shape', [asIs(op.build, x)])],
      [attribute.tensor('value', tensor)],
    );
    return op.result(name, x.layout);
  };
}

/** One number in a shape, which may have sizes that are known only when the model runs. */
const fill: Converter = (op) => {
  const [shape, { type, constant }] = [op.integers(0), op.input(1)];
  if (constant === undefined) throw op.unsupported('filling with a computed number', 'Multiply ones by it.');
  const tensor = { dims: [1], data_type: type, raw_data: constant.bytes };
  return op.result(
    op.emit('ConstantOfShape', [shapeTensor(op.build, shape)], [attribute.tensor('value', tensor)]),
  );
};

/** A matrix with the elements on its diagonal; of an array, the same with each axis twice. */
const diagonal: Converter = (op) => {
  const { build } = op;
  const x = op.input(0);
  if (!isFixed(x.shape))
    throw op.unsupported('a diagonal whose length varies', 'Multiply by an identity matrix.');
  const n = elementCount(x.shape);
  const bytes = Uint8Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  const square = build.constant({ type: dataType.BOOL, dims: [n, n], bytes });
  const row = plain(build, reshaped(build, x, [n]));
  const matrix = op.emit('Where', [square, row, scalar(build, 0, x.type)]);
  const result = op.result(matrix);
  return reshaped(build, { ...result, shape: [n, n] }, result.shape);
};

export const join: OpFamily = {
  ConcatV2: concat,
  Pack: pack,
  Pad: pad,
  PadV2: pad,
  MirrorPad: pad,
  Tile: tile,
  OneHot: oneHot,
  Diag: diagonal,
  Fill: fill,
  Range: range,
  ZerosLike: filled(0),
  OnesLike: filled(1),
};
