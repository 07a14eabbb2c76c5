// Resizing by the nearest pixel. onnxruntime's Resize divides where TensorFlow multiplies, and takes a neighbor of the
// pixel where the result falls on the other side of a whole number (14 rows to 2, 26 columns to 64): here the pixels are
// chosen by TensorFlow's own arithmetic, in float32 as there, and gathered.
// Reference: tensorflow/core/kernels/image/resize_nearest_neighbor_op.cc and image_resizer_state.h.
import { dataType } from '../../models/onnx/schema.ts';
import { isDynamic } from '../graph/dimensions.ts';
import { placeOf } from '../graph/layout.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op } from '../graph/op.ts';
import { asIs, factorBetween, inLayout, scalar, shapeTensor } from '../graph/operands.ts';

/** Where pixels are looked for: TensorFlow's two flags; without either, each is where its upper left corner is. */
interface Rule {
  readonly corners: boolean;
  readonly centers: boolean;
}

/** Numbers of the pixels that `to` rows or columns are taken from. */
export function nearestPixels(from: number, to: number, { corners, centers }: Rule): number[] {
  const { fround } = Math;
  const scale = corners && to > 1 ? fround((from - 1) / (to - 1)) : fround(from / to);
  return Array.from({ length: to }, (_, i) => {
    const at = fround((centers ? i + 0.5 : i) * scale);
    return Math.max(0, Math.min(corners ? Math.round(at) : Math.floor(at), from - 1));
  });
}

/** Rows or columns that a factor is tried on where their number varies. */
const MANY = 1024;

/** Whether each pixel is only repeated, so that every program agrees; the operator for that is the fastest. */
function isRepeated(op: Op, from: number, to: number, rule: Rule): boolean {
  const factor = factorBetween(op.build, from, to);
  if (factor === undefined || !Number.isInteger(factor)) return false;
  const pixels = nearestPixels(isDynamic(from) ? MANY : from, isDynamic(from) ? MANY * factor : to, rule);
  return pixels.every((pixel, i) => pixel === Math.floor(i / factor));
}

const cast = (op: Op, name: string, to: number) => op.emit('Cast', [name], [attribute.int('to', to)]);

/** The same as `nearestPixels`, for a size that is known only when the model runs. */
function pixelsThen(op: Op, from: number, to: number, { corners, centers }: Rule): string {
  const { build } = op;
  const [before, after] = [from, to].map((size) => cast(op, shapeTensor(build, [size]), dataType.FLOAT));
  const one = scalar(build, 1);
  const last = op.emit('Sub', [before ?? '', one]);
  const gaps = () => op.emit('Max', [op.emit('Sub', [after ?? '', one]), one]);
  const scale = op.emit('Div', corners ? [last, gaps()] : [before ?? '', after ?? '']);
  const end = op.emit('Squeeze', [after ?? '', build.integers([0])]);
  const numbers = op.emit('Range', [scalar(build, 0), end, one]);
  const at = op.emit('Mul', [centers ? op.emit('Add', [numbers, scalar(build, 0.5)]) : numbers, scale]);
  const down = op.emit('Floor', [at]);
  const up = () => {
    const isHalf = op.emit('GreaterOrEqual', [op.emit('Sub', [at, down]), scalar(build, 0.5)]);
    return op.emit('Where', [isHalf, op.emit('Add', [down, one]), down]);
  };
  return cast(op, op.emit('Min', [corners ? up() : down, last]), dataType.INT64);
}

export const resizeNearest: Converter = (op) => {
  const { build } = op;
  const x = op.input(0);
  const [, ...spatial] = x.shape.slice(0, 3);
  const target = op.integers(1);
  const rule = { corners: op.flag('align_corners', false), centers: op.flag('half_pixel_centers', false) };
  const axes = spatial.map((from, i) => ({ axis: i + 1, from, to: target[i] ?? 1 }));
  if (axes.every(({ from, to }) => isRepeated(op, from, to, rule))) {
    const [down = 1, right = 1] = axes.map(({ from, to }) => factorBetween(build, from, to));
    const bytes = new Uint8Array(Float32Array.of(1, 1, down, right).buffer);
    const scales = build.constant({ type: dataType.FLOAT, dims: [4], bytes });
    const modes = [
      attribute.text('mode', 'nearest'),
      attribute.text('nearest_mode', 'floor'),
      attribute.text('coordinate_transformation_mode', 'asymmetric'),
    ];
    const repeated = op.emit('Resize', [inLayout(build, x, 'channelsFirst'), '', scales], modes);
    return op.result(repeated, 'channelsFirst');
  }
  const name = axes.reduce(
    (before, { axis, from, to }) => {
      if (from === to) return before;
      const pixels =
        isDynamic(from) || isDynamic(to)
          ? pixelsThen(op, from, to, rule)
          : build.integers(nearestPixels(from, to, rule));
      return op.emit('Gather', [before, pixels], [attribute.int('axis', placeOf(axis, x.layout, 4))]);
    },
    asIs(build, x),
  );
  return op.result(name, x.layout);
};
