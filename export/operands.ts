// Brings values into the layout and shape in which an ONNX operator wants its inputs.
import { dataType } from '../models/onnx/schema.ts';
import type { Builder } from './builder.ts';
import { arrange, axesOf, type Layout, permutation, sameBytes } from './layout.ts';
import { attribute, bytesPerElement } from './onnx.ts';
import { transpose } from './transpose.ts';
import { sizeOf, type Value } from './value.ts';

/** Name of `value` with its axes in the order of `layout`; transposes where it has another. */
export function inLayout(build: Builder, value: Value, layout: Layout): string {
  const { shape } = value;
  if (value.constant !== undefined) return permuted(build, value, axesOf(layout, shape.length));
  if (value.layout === layout || shape.length < 3) return value.name;
  return build.once(`layout ${layout} ${shape} ${value.name}`, () => {
    if (sameBytes(shape))
      return reshapeNode(build, value.name, arrange(shape, value.layout), arrange(shape, layout));
    const perm = permutation(value.layout, layout, shape.length);
    return build.node('Transpose', [value.name], { attributes: [attribute.ints('perm', perm)] });
  });
}

/** Name of `value` in whatever layout it is. */
export function asIs(build: Builder, value: Value): string {
  return inLayout(build, value, value.layout);
}

/** Name of `value` as TensorFlow has it, channels last. */
export function plain(build: Builder, value: Value): string {
  return inLayout(build, value, 'channelsLast');
}

/**
 * Name of a weight with its axes rearranged, and in another shape if `dims` is given. A constant is stored so;
 * anything else is transposed when the model runs.
 */
export function permuted(
  build: Builder,
  value: Value,
  axes: readonly number[],
  dims: readonly number[] = axes.map((axis) => value.shape[axis] ?? 1),
): string {
  const { shape, type, constant } = value;
  const inOrder = axes.every((axis, i) => axis === i);
  if (constant !== undefined) {
    const bytes = inOrder ? constant.bytes : transpose(constant.bytes, shape, axes, bytesPerElement(type));
    return build.constant({ type, dims, bytes, label: constant.label });
  }
  const name = plain(build, value);
  const transposed = inOrder
    ? name
    : build.node('Transpose', [name], { attributes: [attribute.ints('perm', axes)] });
  const now = axes.map((axis) => shape[axis] ?? 1);
  return now.join() === dims.join() ? transposed : reshapeNode(build, transposed, now, dims);
}

/** The same elements in another shape; `shape` has at most one -1. */
export function reshaped(build: Builder, value: Value, shape: readonly number[]): Value {
  if (shape.join() === value.shape.join()) return value;
  if (value.constant !== undefined) return { ...value, shape };
  const ready = sameBytes(value.shape) ? value.name : plain(build, value);
  const from = sameBytes(value.shape) ? arrange(value.shape, value.layout) : value.shape;
  const name = build.once(`reshape ${from} ${shape} ${ready}`, () =>
    from.join() === shape.join() ? ready : reshapeNode(build, ready, from, shape),
  );
  return { ...value, name, shape, layout: 'channelsLast' };
}

/** Operands of an elementwise operator in one layout, so that ONNX broadcasts them as TensorFlow does. */
export interface Aligned {
  names: string[];
  layout: Layout;
}

/**
 * Brings operands into one layout: channels first as soon as one of them is. Then a constant `[C]` becomes
 * `[C,1,1]`, since broadcasting counts axes from the end.
 */
export function aligned(build: Builder, values: readonly Value[]): Aligned {
  const rank = Math.max(...values.map(({ shape }) => shape.length));
  const layout = values.some((value) => value.layout === 'channelsFirst') ? 'channelsFirst' : 'channelsLast';
  return { names: values.map((value) => operand(build, value, rank, layout)), layout };
}

function operand(build: Builder, value: Value, rank: number, layout: Layout): string {
  const { shape } = value;
  const single = !shape.includes(-1) && sizeOf(shape) === 1;
  if (layout === 'channelsLast' || (single && shape.length < rank)) return plain(build, value);
  const full = reshaped(build, value, [...Array(rank - shape.length).fill(1), ...shape]);
  if (full.constant === undefined) return inLayout(build, full, layout);
  const dims = arrange(full.shape, layout);
  const leading = dims.findIndex((size) => size !== 1);
  const kept = leading > 0 && shape.length < rank ? dims.slice(leading) : dims;
  return permuted(build, full, axesOf(layout, rank), kept);
}

/**
 * A zero in ONNX's Reshape copies the dimension: the batch keeps its name where it keeps its place. A -1 may also be
 * a multiple of the batch; then the other dimensions have another product.
 */
function reshapeNode(build: Builder, name: string, from: readonly number[], to: readonly number[]): string {
  const sameBatch = sizeOf(from) === sizeOf(to);
  const dims = to.map((size, i) => (size === -1 && sameBatch && from[i] === -1 ? 0 : size));
  return build.node('Reshape', [name, build.integers(dims)]);
}

/** Stores one float32 number. */
export function scalar(build: Builder, value: number, type: number = dataType.FLOAT): string {
  const array = type === dataType.FLOAT ? Float32Array.of(value) : Int32Array.of(value);
  return build.constant({ type, dims: [], bytes: new Uint8Array(array.buffer) });
}
