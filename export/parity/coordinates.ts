// Where a bilinear resize looks for its pixels is rounded inside of the op, where moving its results does not reach: the
// coordinates of a row or column are moved, all alike, by what rounding may move them.
import type { Node, Output } from '../../train/graph/graph.ts';
import {
  backend,
  DataType,
  type EagerAttribute,
  eagerAttribute,
  executeOne,
  type TensorMetadata,
} from '../../train/graph/tensorflow.ts';
import { random } from '../../train/random.ts';

/** How coordinates are moved. */
export interface Moved {
  /** By which share at most. */
  readonly share: number;
  /** Scales that are whole multiples of one of so many parts, and their inverses too, are exact in every program. */
  readonly exact: number;
  readonly seed: number;
}

/** Coordinates of one axis of the result in the picture, the first of the two pixels between which each is, and its move. */
interface Axis {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly by: Float32Array;
}

/**
 * The result of a ResizeBilinear with its coordinates moved: `made`, and for each axis the slope between the two pixels
 * times the move. What rounds the rows rounds a whole row, so that averages do not level it out.
 * @param picture - What is resized, `[N,H,W,C]`.
 * @param inputs - Ids of the inputs of the op: the picture and the size.
 * @returns The id of a new tensor; `made` is deleted. That of `made` where all coordinates are exact.
 */
export function moveCoordinates(
  node: Node,
  made: TensorMetadata,
  picture: Pick<Output, 'shape'>,
  inputs: readonly number[],
  how: Moved,
): number {
  const [x = 0, size = 0] = inputs;
  const { binding } = backend;
  const used: number[] = [];
  // TensorFlow finds the types of operands by itself.
  const apply = (op: string, attributes: EagerAttribute[], ids: number[]): number => {
    const { id } = executeOne(binding, op, attributes, ids);
    used.push(id);
    return id;
  };
  const constant = (shape: number[], dtype: number, values: Float32Array | Int32Array): number => {
    const id = binding.createTensor(shape, dtype, values);
    used.push(id);
    return id;
  };
  const flags = ['align_corners', 'half_pixel_centers'].map((name) =>
    eagerAttribute.bool(name, isSet(node, name)),
  );
  const floats = apply('Cast', [eagerAttribute.type('DstT', DataType.float32)], [x]);
  let result = made.id;
  for (const dimension of [1, 2]) {
    const axis = axisOf(node, picture.shape[dimension] ?? 1, made.shape[dimension] ?? 1, dimension, how);
    if (axis === undefined) continue;
    const { length } = axis.by;
    const along = constant([], DataType.int32, Int32Array.of(dimension));
    const pixels = [axis.first, axis.second].map((at) =>
      apply('GatherV2', [], [floats, constant([length], DataType.int32, at), along]),
    );
    const slope = apply('Sub', [], pixels.toReversed());
    const by = constant(dimension === 1 ? [length, 1, 1] : [length, 1], DataType.float32, axis.by);
    // The other axis is resized as it is; this one has its size already.
    const moves = apply('ResizeBilinear', flags, [apply('Mul', [], [slope, by]), size]);
    result = apply('AddV2', [], [result, moves]);
  }
  for (const id of used) if (id !== result) binding.deleteTensor(id);
  if (result !== made.id) binding.deleteTensor(made.id);
  return result;
}

/** Undefined where every coordinate is exact. */
function axisOf(
  node: Node,
  from: number,
  to: number,
  dimension: number,
  { share, exact, seed }: Moved,
): Axis | undefined {
  const corners = isSet(node, 'align_corners') && to > 1;
  const scale = corners ? (from - 1) / (to - 1) : from / to;
  const isExact = Number.isInteger(scale * exact) && Number.isInteger(exact / scale);
  if (isExact || from === 1) return undefined;
  const center = isSet(node, 'half_pixel_centers') ? 0.5 : 0;
  const next = random(seed, 'coordinates', dimension);
  const axis = { first: new Int32Array(to), second: new Int32Array(to), by: new Float32Array(to) };
  // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
  for (let i = 0; i < to; i++) {
    const whole = (i + center) * scale;
    const by = (2 * next() - 1) * share * Math.max(1, whole);
    const first = Math.floor(whole - center + by);
    axis.first[i] = Math.min(Math.max(first, 0), from - 1);
    axis.second[i] = Math.min(Math.max(first + 1, 0), from - 1);
    axis.by[i] = by;
  }
  return axis;
}

function isSet({ attributes }: Node, flag: string): boolean {
  const value = attributes[flag];
  return value !== undefined && 'b' in value && value.b;
}
