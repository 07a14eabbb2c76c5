// Parts of pictures, each resized to one size. ONNX's Resize takes one part for all pictures, and tf2onnx runs it in a
// loop; here the four neighbors of every pixel are gathered, as TensorFlow's kernel does.
import { dataType } from '../../models/onnx/schema.ts';
import { isDynamic } from '../graph/dimensions.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op } from '../graph/op.ts';
import { permuted, plain, scalar, shapeTensor } from '../graph/operands.ts';
import type { Value } from '../graph/value.ts';

/** Where the rows or columns of the result are in their picture, `[boxes,n]`. */
interface Places {
  /** As numbers between the pixels. */
  readonly at: string;
  /** Whether they are inside the picture. */
  readonly inside: string;
  /** Number of the last pixel of the picture. */
  readonly last: string;
}

const cast = (op: Op, name: string, to: number) => op.emit('Cast', [name], [attribute.int('to', to)]);
const unsqueeze = (op: Op, name: string, ...axes: number[]) =>
  op.emit('Unsqueeze', [name, op.build.integers(axes)]);

/** A size of the picture, `[1]`. */
function size(op: Op, n: number, type: number): string {
  if (isDynamic(n)) {
    const whole = shapeTensor(op.build, [n]);
    return type === dataType.INT64 ? whole : cast(op, whole, type);
  }
  return type === dataType.INT64 ? op.build.integers([n]) : scalar(op.build, n, type);
}

/** `start (size - 1) + i (end - start) (size - 1) / (n - 1)`; the middle of the box where n is 1. */
function placesOf(op: Op, [start, end]: readonly [string, string], n: number, pixels: number): Places {
  const { build } = op;
  const last = op.emit('Sub', [size(op, pixels, dataType.FLOAT), scalar(build, 1)]);
  const between = () => {
    const length = op.emit('Mul', [op.emit('Sub', [end, start]), last]);
    const step = op.emit('Div', [length, scalar(build, n - 1)]);
    const bytes = new Uint8Array(Float32Array.from({ length: n }, (_, i) => i).buffer);
    const numbers = build.constant({ type: dataType.FLOAT, dims: [1, n], bytes });
    return op.emit('Add', [op.emit('Mul', [start, last]), op.emit('Mul', [numbers, step])]);
  };
  const middle = () =>
    op.emit('Mul', [op.emit('Mul', [op.emit('Add', [start, end]), scalar(build, 0.5)]), last]);
  const at = n > 1 ? between() : middle();
  const inside = op.emit('And', [
    op.emit('GreaterOrEqual', [at, scalar(build, 0)]),
    op.emit('LessOrEqual', [at, last]),
  ]);
  return { at, inside, last };
}

/** Numbers of the pixels next to places; those outside are moved in, where nothing comes of them. */
function pixelsAt(op: Op, { at, last }: Places, round: 'Floor' | 'Ceil' | 'nearest'): string {
  const { build } = op;
  const rounded =
    round === 'nearest' ? op.emit('Floor', [op.emit('Add', [at, scalar(build, 0.5)])]) : op.emit(round, [at]);
  const kept = op.emit('Min', [op.emit('Max', [rounded, scalar(build, 0)]), last]);
  return cast(op, kept, dataType.INT64);
}

/** float32 comes out, whatever the picture is of. */
function floats(op: Op, value: Value): string {
  const name = plain(op.build, value);
  return value.type === dataType.FLOAT ? name : cast(op, name, dataType.FLOAT);
}

/**
 * Boxes `[boxes,4]` of y1, x1, y2, x2, from 0 to 1, each cut out of the picture that its index names.
 * Reference: https://www.tensorflow.org/api_docs/python/tf/image/crop_and_resize
 */
export const cropAndResize: Converter = (op) => {
  const { build } = op;
  const [picture, boxes, indices] = [op.input(0), op.input(1), op.input(2)];
  const [rows = 1, columns = 1] = op.integers(3);
  const [, height = 1, width = 1, channels = 1] = picture.shape;
  const all = permuted(build, boxes, [0, 1]);
  const edge = (i: number) => op.emit('Gather', [all, build.integers([i])], [attribute.int('axis', 1)]);
  const y = placesOf(op, [edge(0), edge(2)], rows, height);
  const x = placesOf(op, [edge(1), edge(3)], columns, width);

  // Pixels of all pictures in one list: pixel (n, y, x) is number (n height + y) width + x.
  const pixels = op.emit('Reshape', [floats(op, picture), build.integers([-1, channels])]);
  const index = cast(op, plain(build, indices), dataType.INT64);
  const above = unsqueeze(op, op.emit('Mul', [index, size(op, height, dataType.INT64)]), 1);
  const gather = (row: string, column: string) => {
    const before = op.emit('Mul', [op.emit('Add', [above, row]), size(op, width, dataType.INT64)]);
    const places = op.emit('Add', [unsqueeze(op, before, 2), unsqueeze(op, column, 1)]);
    return op.emit('Gather', [pixels, places], [attribute.int('axis', 0)]);
  };
  const mixed = (from: string, to: string, share: string) =>
    op.emit('Add', [from, op.emit('Mul', [op.emit('Sub', [to, from]), share])]);
  const bilinear = () => {
    const [top, bottom] = [pixelsAt(op, y, 'Floor'), pixelsAt(op, y, 'Ceil')];
    const [left, right] = [pixelsAt(op, x, 'Floor'), pixelsAt(op, x, 'Ceil')];
    const down = unsqueeze(op, op.emit('Sub', [y.at, op.emit('Floor', [y.at])]), 2, 3);
    const across = unsqueeze(op, op.emit('Sub', [x.at, op.emit('Floor', [x.at])]), 1, 3);
    const row = (which: string) => mixed(gather(which, left), gather(which, right), across);
    return mixed(row(top), row(bottom), down);
  };
  const parts =
    op.text('method', 'bilinear') === 'nearest'
      ? gather(pixelsAt(op, y, 'nearest'), pixelsAt(op, x, 'nearest'))
      : bilinear();
  const inside = op.emit('And', [unsqueeze(op, y.inside, 2, 3), unsqueeze(op, x.inside, 1, 3)]);
  return op.result(op.emit('Where', [inside, parts, scalar(build, op.number('extrapolation_value', 0))]));
};
