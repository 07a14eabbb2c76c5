// Constants that differ from trace to trace because a size of the inputs does: written as nodes that compute them.
import { sizeOf } from '../../models/shape.ts';
import type { Constant, Node, Output } from '../../train/graph/graph.ts';
import { DataType } from '../../train/graph/tensorflow.ts';
import { isDynamic } from '../graph/dimensions.ts';

/** Names of the numbers that differ from trace to trace. */
export interface Sizes {
  /** One number for what the traces have: itself if all have the same. */
  of(values: readonly number[]): number;
  readonly names: ReadonlyMap<number, string>;
  readonly samples: ReadonlyMap<number, readonly number[]>;
}

/** Whole numbers that are sizes, or depend on them. */
export function varyingNumbers(
  first: Constant,
  all: readonly Constant[],
  sizes: Sizes,
): Constant | undefined {
  if (first.dtype !== DataType.int32) return undefined;
  const lists = all.map(({ bytes }) => new Int32Array(bytes.slice().buffer));
  const [numbers] = lists;
  if (numbers === undefined || lists.some(({ length }) => length !== numbers.length)) return undefined;
  const merged = numbers.map((_, i) => sizes.of(lists.map((list) => list[i] ?? 0)));
  return { ...first, bytes: new Uint8Array(merged.buffer), dynamic: true };
}

/** An array of one number over and over, in a shape that varies, such as the zeros that a recurrent layer starts from. */
export function varyingFill(node: Node, all: readonly Constant[]): Node[] | undefined {
  const [output] = node.outputs;
  const [first] = all;
  const size = first && elementSize(first);
  if (first === undefined || size === undefined || output === undefined) return undefined;
  const one = first.bytes.slice(0, size);
  if (!all.every(({ bytes }) => bytes.every((byte, i) => byte === one[i % size]))) return undefined;
  const { name, outputs } = node;
  const { dtype } = output;
  return [
    constant(`${name}/dims`, dimsOf(output)),
    constant(`${name}/value`, { dtype, shape: [], bytes: one }),
    { name, op: 'Fill', inputs: [`${name}/dims:0`, `${name}/value:0`], attributes: {}, outputs },
  ];
}

/** The same array for each place of an axis that varies, such as an attention mask that every picture has. */
export function varyingRepeats(node: Node, all: readonly Constant[]): Node[] | undefined {
  const { name, outputs } = node;
  const [output] = outputs;
  if (output === undefined) return undefined;
  const parts = all.map((each) => firstPlaces(each, output.shape));
  const [first] = parts;
  if (first === undefined) return undefined;
  if (!parts.every((part) => part !== undefined && Buffer.compare(part.bytes, first.bytes) === 0))
    return undefined;
  const attributes = { T: { type: output.dtype }, Tidx: { type: DataType.int32 } };
  return [
    constant(`${name}/once`, first),
    constant(`${name}/dims`, dimsOf(output)),
    { name, op: 'BroadcastTo', inputs: [`${name}/once:0`, `${name}/dims:0`], attributes, outputs },
  ];
}

/** What a constant has at the first place of each axis that varies; undefined where another place has something else. */
function firstPlaces(
  { dtype, shape, bytes, ...rest }: Constant,
  varying: readonly number[],
): Constant | undefined {
  const once = shape.map((size, axis) => (isDynamic(varying[axis] ?? 0) ? 1 : size));
  const width = bytes.length / sizeOf(shape);
  const strides = once.map((_, axis) => sizeOf(once.slice(axis + 1)));
  const made = new Uint8Array(sizeOf(once) * width);
  const seen = new Uint8Array(sizeOf(once));
  for (let i = 0; i < sizeOf(shape); i++) {
    let [left, at] = [i, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      if (once[axis] !== 1) at += (left % size) * (strides[axis] ?? 0);
      left = Math.floor(left / size);
    }
    const element = bytes.subarray(i * width, (i + 1) * width);
    if (seen[at] === 0) made.set(element, at * width);
    else if (Buffer.compare(element, made.subarray(at * width, (at + 1) * width)) !== 0) return undefined;
    seen[at] = 1;
  }
  return { ...rest, dtype, shape: once, bytes: made };
}

/** Sizes as float32, such as the end of a range. */
export function varyingWholes(node: Node, all: readonly Constant[], sizes: Sizes): Node[] | undefined {
  const { name, outputs, constant } = node;
  if (constant?.dtype !== DataType.float32) return undefined;
  const wholes = all.map((each): Constant => {
    const numbers = new Float32Array(each.bytes.slice().buffer);
    const isWhole = numbers.every((number) => Number.isInteger(number) && number >= 0 && number < 2 ** 24);
    const bytes = new Uint8Array(isWhole ? Int32Array.from(numbers).buffer : new ArrayBuffer(0));
    return { ...each, dtype: DataType.int32, bytes };
  });
  const [first] = wholes;
  const merged = first?.bytes.length ? varyingNumbers(first, wholes, sizes) : undefined;
  if (merged === undefined) return undefined;
  const { dtype, shape } = merged;
  const whole: Node = {
    ...{ name: `${name}/whole`, op: 'Const', inputs: [], attributes: {} },
    ...{ outputs: [{ dtype, shape }], constant: merged },
  };
  const attributes = { SrcT: { type: DataType.int32 }, DstT: { type: DataType.float32 } };
  return [whole, { name, op: 'Cast', inputs: [`${whole.name}:0`], attributes, outputs }];
}

function constant(name: string, contents: Constant): Node {
  const outputs = [{ dtype: contents.dtype, shape: contents.shape }];
  return { name, op: 'Const', inputs: [], attributes: {}, outputs, constant: contents };
}

/** A shape, of which some sizes are known when the graph runs. */
function dimsOf({ shape }: Output): Constant {
  const bytes = new Uint8Array(Int32Array.from(shape).buffer);
  return { dtype: DataType.int32, shape: [shape.length], bytes, dynamic: true };
}

/** Bytes per element; undefined for an array without elements. */
function elementSize({ shape, bytes }: Constant): number | undefined {
  const elements = sizeOf(shape);
  return elements === 0 ? undefined : bytes.length / elements;
}
