// Strides, dilations and padding that convolutions and pools share.
import type { AttributeProto } from '../../models/onnx/schema.ts';
import { isDynamic } from '../graph/dimensions.ts';
import { attribute } from '../graph/onnx.ts';
import type { Op } from '../graph/op.ts';

/** How a window moves over the places of a picture; one entry per spatial axis. */
export interface Windows {
  kernel: number[];
  strides: number[];
  dilations: number[];
  /** ONNX's order: all beginnings, then all ends. Or as TensorFlow's 'SAME', where the size is not known yet. */
  pads: number[] | 'SAME_UPPER';
}

/**
 * Reads the windows of an op over an input of `shape`.
 * @throws UserError for channels first, which tfjs itself does not compute.
 */
export function windowsOf(op: Op, shape: readonly number[], kernel: readonly number[]): Windows {
  const format = op.text('data_format', 'NHWC');
  if (!format.endsWith('C'))
    throw op.unsupported(`data format ${format}`, 'Give it pictures with channels last.');
  const spatial = (values: readonly number[]) =>
    values.length === shape.length ? values.slice(1, -1) : kernel.map(() => 1);
  const strides = spatial(op.ints('strides'));
  const dilations = spatial(op.ints('dilations'));
  return { kernel: [...kernel], strides, dilations, pads: padsOf(op, shape, kernel, strides, dilations) };
}

function padsOf(
  op: Op,
  shape: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): Windows['pads'] {
  const padding = op.text('padding', 'VALID');
  if (padding === 'VALID') return kernel.flatMap(() => [0, 0]);
  if (padding === 'EXPLICIT') {
    const pairs = op.ints('explicit_paddings').slice(2, -2);
    return [...pairs.filter((_, i) => i % 2 === 0), ...pairs.filter((_, i) => i % 2 === 1)];
  }
  const sizes = shape.slice(1, -1);
  // With a stride of 1 the padding does not depend on the size.
  if (sizes.some((size, i) => isDynamic(size) && strides[i] !== 1)) return 'SAME_UPPER';
  const totals = sizes.map((size, i) =>
    samePadding(isDynamic(size) ? 1 : size, kernel[i] ?? 1, strides[i] ?? 1, dilations[i] ?? 1),
  );
  // The odd one goes to the end.
  return [...totals.map((n) => Math.floor(n / 2)), ...totals.map((n) => Math.ceil(n / 2))];
}

/**
 * Zeros that padding 'SAME' adds along one axis, so that there are ceil(size / stride) windows.
 * Reference: TensorFlow, tf.nn, "Notes on padding".
 */
export function samePadding(size: number, kernel: number, stride: number, dilation: number): number {
  const covered = (Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1;
  return Math.max(covered - size, 0);
}

/** Windows as attributes, those left out that have ONNX's default. */
export function windowAttributes({ kernel, strides, dilations, pads }: Windows) {
  return [
    attribute.ints('kernel_shape', kernel),
    attribute.ints('strides', strides),
    ...(dilations.some((n) => n !== 1) ? [attribute.ints('dilations', dilations)] : []),
    ...padding(pads),
  ];
}

function padding(pads: Windows['pads']): AttributeProto[] {
  if (pads === 'SAME_UPPER') return [attribute.text('auto_pad', pads)];
  return pads.some((n) => n !== 0) ? [attribute.ints('pads', pads)] : [];
}
