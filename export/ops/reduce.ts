// Reductions: sums, means and extremes over axes, and where the extremes are.
import { dataType } from '../../models/onnx/schema.ts';
import { sizeOf } from '../../models/shape.ts';
import { isFixed } from '../graph/dimensions.ts';
import { axesOf, type Layout, placeOf } from '../graph/layout.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { asIs, inLayout } from '../graph/operands.ts';
import type { Value } from '../graph/value.ts';

/** Reductions whose axes are an input; for the others that is so from opset 18 on. */
const AXES_INPUT_FROM: Readonly<Record<string, number>> = { ReduceSum: 13 };

/** Adds the node that reduces `x` over `axes`, which count in the layout of `x`. */
export function emitReduce(op: Op, operator: string, x: string, axes: number[], keep: boolean): string {
  const { build } = op;
  const asInput = build.opset >= (AXES_INPUT_FROM[operator] ?? 18);
  return build.node(operator, asInput ? [x, build.integers(axes)] : [x], {
    attributes: [...(asInput ? [] : [attribute.ints('axes', axes)]), attribute.int('keepdims', keep ? 1 : 0)],
  });
}

/** The layout in which `x` can be reduced over `axes`: its own, if what is left keeps TensorFlow's order. */
function layoutFor(x: Value, axes: readonly number[], keep: boolean): Layout {
  const left = axesOf(x.layout, x.shape.length).filter((axis) => !axes.includes(axis));
  const inOrder = left.every((axis, i) => i === 0 || axis > (left[i - 1] ?? 0));
  return keep || inOrder ? x.layout : 'channelsLast';
}

/**
 * Numbers from which on a sum is taken axis by axis. onnxruntime adds them one after another: of a picture of 512x512 the
 * mean over both axes is off by 1e-5 of itself, that over the width and then the height by 5e-7, and it is as quick
 * (0.41 ms each; 0.28 and 0.08 ms at 256x256x8). Below, one operator is quicker, 0.01 and 0.12 ms at 7x7x1280, and
 * nearly as near.
 */
const LONG = 1024;

function isLongSum(operator: string, { type, shape }: Value, axes: readonly number[]): boolean {
  const sizes = axes.map((axis) => shape[axis] ?? 1);
  const adds = operator === 'ReduceSum' || operator === 'ReduceMean';
  return adds && type === dataType.FLOAT && axes.length > 1 && !(isFixed(sizes) && sizeOf(sizes) < LONG);
}

/** The last axis first: its numbers are next to each other. */
function emitOneByOne(op: Op, operator: string, x: string, places: readonly number[], keep: boolean): string {
  return places.reduceRight((sum, place) => emitReduce(op, operator, sum, [place], keep), x);
}

type Around = (op: Op, name: string) => string;

/** A reduction over the axes in the second input, with a cast before and after it where ONNX wants one. */
function reduce(operator: string, before: Around = (_, x) => x, after: Around = (_, x) => x): Converter {
  return (op) => {
    const [x, keep] = [op.input(0), op.flag('keep_dims', false)];
    const rank = x.shape.length;
    const axes = op.integers(1).map((axis) => (axis + rank) % rank);
    // No axes: TensorFlow reduces nothing, ONNX everything.
    if (axes.length === 0) return { ...x, ...op.result(asIs(op.build, x), x.layout) };
    const layout = layoutFor(x, axes, keep);
    const places = axes.map((axis) => placeOf(axis, layout, rank)).sort((a, b) => a - b);
    const input = before(op, inLayout(op.build, x, layout));
    const name = isLongSum(operator, x, axes)
      ? emitOneByOne(op, operator, input, places, keep)
      : emitReduce(op, operator, input, places, keep);
    return op.result(after(op, name), keep ? layout : 'channelsLast');
  };
}

/** Index of the largest or smallest, as int32. */
function arg(operator: 'ArgMax' | 'ArgMin'): Converter {
  return (op) => {
    const x = op.input(0);
    const rank = x.shape.length;
    const [axis = 0] = op.integers(1).map((value) => (value + rank) % rank);
    const layout = layoutFor(x, [axis], false);
    const attributes = [attribute.int('axis', placeOf(axis, layout, rank)), attribute.int('keepdims', 0)];
    const index = op.emit(operator, [inLayout(op.build, x, layout)], attributes);
    return op.result(cast(dataType.INT32)(op, index));
  };
}

function cast(type: number): Around {
  return (op, x) => op.emit('Cast', [x], [attribute.int('to', type)]);
}

/**
 * A reduction of whole numbers in 64 bits: a sum beyond 32 goes on from the other end, as TensorFlow's does, where
 * onnxruntime's of 32 stays at the largest number.
 */
function ofWide(narrow: Converter, wide: Converter): Converter {
  return (op) => (op.input(0).type === dataType.INT32 ? wide(op) : narrow(op));
}

export const reduction: OpFamily = {
  Sum: ofWide(reduce('ReduceSum'), reduce('ReduceSum', cast(dataType.INT64), cast(dataType.INT32))),
  Mean: reduce('ReduceMean'),
  Max: reduce('ReduceMax'),
  Min: reduce('ReduceMin'),
  Prod: reduce('ReduceProd'),
  All: reduce('ReduceMin', cast(dataType.INT32), cast(dataType.BOOL)),
  Any: reduce('ReduceMax', cast(dataType.INT32), cast(dataType.BOOL)),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
};
