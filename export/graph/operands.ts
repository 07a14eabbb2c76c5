// Brings values into the layout and shape that an ONNX operator needs.
import { UserError } from '../../models/errors.ts';
import { dataType } from '../../models/onnx/schema.ts';
import { transpose } from '../../models/onnx/transpose.ts';
import type { Builder } from './builder.ts';
import { BATCH, isDynamic, isFixed } from './dimensions.ts';
import { arrangeAxes, axesOf, axisPermutation, type Layout, sameBytes } from './layout.ts';
import { attribute, bytesPerElement } from './onnx.ts';
import { elementCount, type Value } from './value.ts';

/** Name of `value` with its axes in the order of `layout`; transposes where it has another. */
export function inLayout(build: Builder, value: Value, layout: Layout): string {
  const { shape } = value;
  if (value.constant !== undefined) return permuted(build, value, axesOf(layout, shape.length));
  if (value.layout === layout || shape.length < 3) return value.name;
  return build.once(`layout ${layout} ${shape} ${value.name}`, () => {
    if (sameBytes(shape))
      return reshapeNode(build, value.name, arrangeAxes(shape, value.layout), arrangeAxes(shape, layout));
    const perm = axisPermutation(value.layout, layout, shape.length);
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
  if (constant?.dynamic) return computedNumbers(build, value);
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

/**
 * The same elements in another shape, which has at most one size that is not known yet
 * and not a size of the value. A reshape of a reshape starts from the first value,
 * and a reshape back to the first shape gives the first value.
 */
export function reshaped(build: Builder, value: Value, shape: readonly number[]): Value {
  const source = value.source ?? value;
  if (shape.join() === value.shape.join()) return value;
  if (value.constant !== undefined) return { ...value, shape };
  if (shape.join() === source.shape.join()) return source;
  const layout = keepsChannelsFirst(source, shape) ? 'channelsFirst' : 'channelsLast';
  const as = layout === 'channelsFirst' || sameBytes(source.shape) ? source.layout : 'channelsLast';
  const [from, to] = [arrangeAxes(source.shape, as), arrangeAxes(shape, layout)];
  const ready = inLayout(build, source, as);
  const name = build.once(`reshape ${from} ${to} ${ready}`, () =>
    from.join() === to.join() ? ready : reshapeNode(build, ready, from, to),
  );
  return { ...source, name, shape, layout, source };
}

/** With channels first, the spatial axes can be reshaped as long as the sizes of batch and channels stay the same. */
function keepsChannelsFirst({ layout, shape: from }: Value, to: readonly number[]): boolean {
  if (layout !== 'channelsFirst' || sameBytes(from) || to.length < 3) return false;
  return from[0] === to[0] && from.at(-1) === to.at(-1) && sameRest(from, to);
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
  const single = isFixed(shape) && elementCount(shape) === 1;
  if (layout === 'channelsLast' || (single && shape.length < rank)) return plain(build, value);
  const full = reshaped(build, value, [...Array(rank - shape.length).fill(1), ...shape]);
  if (full.constant === undefined) return inLayout(build, full, layout);
  const dims = arrangeAxes(full.shape, layout);
  const leading = dims.findIndex((size) => size !== 1);
  const kept = leading > 0 && shape.length < rank ? dims.slice(leading) : dims;
  return permuted(build, full, axesOf(layout, rank), kept);
}

/**
 * Whether equal entries of both shapes for the batch mean the same number. A -1 may also be a multiple of the batch;
 * then the other dimensions have another product.
 */
function sameRest(from: readonly number[], to: readonly number[]): boolean {
  const others = [...from, ...to].some((size) => isDynamic(size) && size !== BATCH);
  return others || elementCount(from) === elementCount(to);
}

/** A zero in ONNX's Reshape copies the dimension: a size that is not known yet keeps its name where it keeps its place. */
function reshapeNode(build: Builder, name: string, from: readonly number[], to: readonly number[]): string {
  const same = sameRest(from, to);
  const dims = to.map((size, i) => {
    if (!isDynamic(size)) return size;
    return size === from[i] && (same || size !== BATCH) ? 0 : -1;
  });
  const single = dims.filter((size) => size === -1).length <= 1;
  return build.node('Reshape', [name, single ? build.integers(dims) : shapeTensor(build, to)]);
}

/**
 * Name of an int64 `[rank]` that holds a shape; sizes that are not known yet are read off values that have them.
 * @throws UserError when no value has such a size.
 */
export function shapeTensor(build: Builder, shape: readonly number[]): string {
  if (isFixed(shape)) return build.integers(shape);
  return build.once(`shape ${shape}`, () => {
    const parts = shape.map((size) => (isDynamic(size) ? sizeNode(build, size) : build.integers([size])));
    const [only = ''] = parts;
    return parts.length === 1
      ? only
      : build.node('Concat', parts, { attributes: [attribute.int('axis', 0)] });
  });
}

/** Name of an int64 `[1]` that holds one size: read off a value, or computed from another size. */
function sizeNode(build: Builder, size: number): string {
  const where = build.whereSizesAre.get(size);
  if (where !== undefined)
    return build.once(`size ${where.name} ${where.place}`, () => {
      const shape = build.once(`shape of ${where.name}`, () => build.node('Shape', [where.name]));
      return build.node('Gather', [shape, build.integers([where.place])], {
        attributes: [attribute.int('axis', 0)],
      });
    });
  for (const other of build.whereSizesAre.keys()) {
    const factor = factorBetween(build, other, size);
    if (factor !== undefined && Number.isInteger(factor))
      return build.node('Mul', [sizeNode(build, other), build.integers([factor])]);
  }
  throw new UserError(
    `A size follows from the size of the input in a way that a model file cannot hold. ${build.advice.wayOut}`,
  );
}

/** What `to` is as a multiple of `from`, both sizes that vary; undefined where it is none, or that is not known. */
export function factorBetween(build: Builder, from: number, to: number): number | undefined {
  if (!isDynamic(from) && !isDynamic(to)) return to / from;
  const [before, after] = [build.samplesOf(from), build.samplesOf(to)];
  const factors = after.map((value, i) => value / (before[i] ?? Number.NaN));
  return factors.every((factor) => factor === factors[0]) ? factors[0] : undefined;
}

/** Whole numbers of which some are sizes, as int32 in the shape of `value`. */
function computedNumbers(build: Builder, { shape, type, constant }: Value): string {
  const numbers = Array.from(new Int32Array(constant?.bytes.slice().buffer ?? new ArrayBuffer(0)));
  const list = build.node('Cast', [shapeTensor(build, numbers)], { attributes: [attribute.int('to', type)] });
  return shape.length === 1 ? list : build.node('Reshape', [list, build.integers(shape)]);
}

/** Stores one float32 number. */
export function scalar(build: Builder, value: number, type: number = dataType.FLOAT): string {
  const array = type === dataType.FLOAT ? Float32Array.of(value) : Int32Array.of(value);
  return build.constant({ type, dims: [], bytes: new Uint8Array(array.buffer) });
}
