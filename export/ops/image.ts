// Pictures: other sizes, parts, and channels moved into places.
import { type AttributeProto, dataType } from '../../models/onnx/schema.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { factorBetween, inLayout, shapeTensor } from '../graph/operands.ts';
import type { Value } from '../graph/value.ts';
import { cropAndResize } from './crop.ts';
import { resizeNearest } from './nearest.ts';
import { resample } from './resample.ts';

/** Where TensorFlow looks for the pixels of the result, in ONNX's words. */
function coordinates(op: Op): AttributeProto {
  const mode = op.flag('align_corners', false)
    ? 'align_corners'
    : op.flag('half_pixel_centers', false)
      ? 'half_pixel'
      : 'asymmetric';
  return attribute.text('coordinate_transformation_mode', mode);
}

/**
 * float32 comes out, whatever the picture is of: onnxruntime would round in between.
 * Reference: https://onnx.ai/onnx/operators/onnx__Resize.html
 */
const resizeBilinear: Converter = (op) => {
  const x = op.input(0);
  const [height = 1, width = 1] = op.integers(1);
  const given = inLayout(op.build, x, 'channelsFirst');
  const name =
    x.type === dataType.FLOAT ? given : op.emit('Cast', [given], [attribute.int('to', dataType.FLOAT)]);
  const inputs = [name, '', ...targetSize(op, x, name, height, width)];
  const resized = op.emit('Resize', inputs, [attribute.text('mode', 'linear'), coordinates(op)]);
  return op.result(resized, 'channelsFirst');
};

/**
 * Scales where they are whole, else sizes; batch and channels stay. Inputs 3 and 4 of Resize. From operator set 18 on
 * `axes` could name the two that change, and onnxruntime 1.30 then fails where it moves a transposition over the resize.
 */
function targetSize(op: Op, x: Value, name: string, height: number, width: number): string[] {
  const { build } = op;
  const [, h = 1, w = 1] = x.shape;
  const [down, right] = [factorBetween(build, h, height), factorBetween(build, w, width)];
  if (down !== undefined && right !== undefined && Number.isInteger(down) && Number.isInteger(right)) {
    const bytes = new Uint8Array(Float32Array.of(1, 1, down, right).buffer);
    return [build.constant({ type: dataType.FLOAT, dims: [4], bytes })];
  }
  const size = shapeTensor(build, [height, width]);
  const shape = build.node('Shape', [name]);
  const kept = build.node('Slice', [shape, build.integers([0]), build.integers([2])]);
  return ['', build.node('Concat', [kept, size], { attributes: [attribute.int('axis', 0)] })];
}

const depthToSpace: Converter = (op) => {
  if (op.text('data_format', 'NHWC') !== 'NHWC')
    throw op.unsupported('channels first', 'Give it pictures with channels last.');
  const name = op.emit(
    'DepthToSpace',
    [inLayout(op.build, op.input(0), 'channelsFirst')],
    [attribute.int('blocksize', op.number('block_size', 2)), attribute.text('mode', 'DCR')],
  );
  return op.result(name, 'channelsFirst');
};

export const image: OpFamily = {
  ResizeBilinear: resizeBilinear,
  ResizeNearestNeighbor: resizeNearest,
  ResizeBicubic: resample,
  ResizeArea: resample,
  ScaleAndTranslate: resample,
  DepthToSpace: depthToSpace,
  CropAndResize: cropAndResize,
};
