// Places moved into the batch or the channels and back, block by block: what TensorFlow 1 dilated convolutions with.
import { isFixed } from '../graph/dimensions.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { inLayout, plain, reshaped } from '../graph/operands.ts';
import type { Value } from '../graph/value.ts';

function transposed(op: Op, value: Value, perm: readonly number[]): Value {
  const name = op.emit('Transpose', [plain(op.build, value)], [attribute.ints('perm', perm)]);
  return {
    name,
    type: value.type,
    shape: perm.map((axis) => value.shape[axis] ?? 1),
    layout: 'channelsLast',
  };
}

/** Axes 0 to n - 1. */
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** The axes that are cut into blocks. @throws UserError where their sizes vary. */
function fixedPlaces(op: Op, shape: readonly number[], blocks: number): readonly number[] {
  const places = shape.slice(1, 1 + blocks);
  if (isFixed(places)) return places;
  throw op.unsupported(`blocks of ${op.build.advice.inputs}`, op.build.advice.wayOut);
}

/**
 * Pads, then cuts every axis into blocks and puts the places within a block before the batch.
 * Reference: https://www.tensorflow.org/api_docs/python/tf/space_to_batch_nd
 */
const spaceToBatch: Converter = (op) => {
  const [x, block, paddings] = [op.input(0), op.integers(1), op.integers(2)];
  const n = block.length;
  const [batch = -1] = x.shape;
  const rest = x.shape.slice(1 + n);
  const around = range(n).map((i) => paddings.slice(2 * i, 2 * i + 2));
  const places = fixedPlaces(op, x.shape, n).map(
    (size, i) => size + (around[i]?.[0] ?? 0) + (around[i]?.[1] ?? 0),
  );
  const pads = [0, 1].flatMap((end) => [0, ...around.map((pair) => pair[end] ?? 0), ...rest.map(() => 0)]);
  const padded: Value = {
    ...x,
    shape: [batch, ...places, ...rest],
    layout: 'channelsLast',
    name: op.emit('Pad', [plain(op.build, x), op.build.integers(pads)]),
  };
  const cut = [batch, ...places.flatMap((size, i) => [size / (block[i] ?? 1), block[i] ?? 1]), ...rest];
  const within = range(n).map((i) => 2 + 2 * i);
  const across = range(n).map((i) => 1 + 2 * i);
  const last = range(rest.length).map((i) => 1 + 2 * n + i);
  const moved = transposed(op, reshaped(op.build, unnamed(padded), cut), [...within, 0, ...across, ...last]);
  return reshaped(op.build, moved, op.result('').shape);
};

/** The way back: places within a block come out of the batch, and edges are cut off. */
const batchToSpace: Converter = (op) => {
  const [x, block, crops] = [op.input(0), op.integers(1), op.integers(2)];
  const n = block.length;
  const result = op.result('');
  const [batch = -1] = result.shape;
  const places = fixedPlaces(op, x.shape, n);
  const rest = x.shape.slice(1 + n);
  const apart = reshaped(op.build, x, [...block, batch, ...places, ...rest]);
  const beside = range(n).flatMap((i) => [n + 1 + i, i]);
  const last = range(rest.length).map((i) => 2 * n + 1 + i);
  const moved = transposed(op, apart, [n, ...beside, ...last]);
  const joined = places.map((size, i) => size * (block[i] ?? 1));
  const whole = reshaped(op.build, moved, [batch, ...joined, ...rest]);
  if (crops.every((crop) => crop === 0)) return whole;
  const cuts = joined.map((size, i) => [crops[2 * i] ?? 0, size - (crops[2 * i + 1] ?? 0)]);
  const lists = [cuts.map(([from = 0]) => from), cuts.map(([, to = 0]) => to), range(n).map((i) => i + 1)];
  const inputs = [plain(op.build, whole), ...lists.map((list) => op.build.integers(list))];
  return op.result(op.emit('Slice', inputs));
};

/** A value that was just made has no other shape before it. */
function unnamed({ name, type, shape, layout }: Value): Value {
  return { name, type, shape, layout };
}

/** Blocks of places become channels: the channels of the first place of a block come first. */
const spaceToDepth: Converter = (op) => {
  if (op.text('data_format', 'NHWC') !== 'NHWC')
    throw op.unsupported('channels first', 'Give it pictures with channels last.');
  const name = op.emit(
    'SpaceToDepth',
    [inLayout(op.build, op.input(0), 'channelsFirst')],
    [attribute.int('blocksize', op.number('block_size', 2))],
  );
  return op.result(name, 'channelsFirst');
};

export const blocks: OpFamily = {
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  SpaceToDepth: spaceToDepth,
};
