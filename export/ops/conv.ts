// Convolutions: plain, depthwise and transposed.
import { attribute } from '../onnx.ts';
import type { Converter, Family } from '../op.ts';
import { inLayout, permuted } from '../operands.ts';
import { windowAttributes, windowsOf } from './windows.ts';

/**
 * Conv2D and Conv3D: the kernel `[...window,in/groups,out]` becomes `[out,in/groups,...window]`.
 * Reference: https://onnx.ai/onnx/operators/onnx__Conv.html
 */
const convolution: Converter = (op) => {
  const [x, kernel] = [op.input(0), op.input(1)];
  const window = kernel.shape.slice(0, -2);
  const [last, rank] = [kernel.shape.length - 1, kernel.shape.length];
  const groups = (x.shape.at(-1) ?? 1) / (kernel.shape[rank - 2] ?? 1);
  const weights = permuted(op.build, kernel, [last, last - 1, ...window.map((_, axis) => axis)]);
  const name = op.emit(
    'Conv',
    [inLayout(op.build, x, 'channelsFirst'), weights],
    [
      ...windowAttributes(windowsOf(op, x.shape, window)),
      ...(groups > 1 ? [attribute.int('group', groups)] : []),
    ],
  );
  return op.result(name, 'channelsFirst');
};

/** Each channel on its own: the kernel `[h,w,in,multiplier]` becomes `[in*multiplier,1,h,w]`, in groups of one. */
const depthwise: Converter = (op) => {
  const [x, kernel] = [op.input(0), op.input(1)];
  const [height = 1, width = 1, channels = 1, multiplier = 1] = kernel.shape;
  const weights = permuted(op.build, kernel, [2, 3, 0, 1], [channels * multiplier, 1, height, width]);
  const name = op.emit(
    'Conv',
    [inLayout(op.build, x, 'channelsFirst'), weights],
    [...windowAttributes(windowsOf(op, x.shape, [height, width])), attribute.int('group', channels)],
  );
  return op.result(name, 'channelsFirst');
};

/**
 * The transposed convolution, which tfjs computes as the gradient of a convolution: the padding is that of the
 * convolution from the result back to the input. The kernel `[h,w,out,in]` becomes `[in,out,h,w]`.
 * Reference: https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
 */
const transposed: Converter = (op) => {
  const [kernel, x] = [op.input(1), op.input(2)];
  const result = op.result('', 'channelsFirst');
  const [height = 1, width = 1] = kernel.shape;
  const windows = windowsOf(op, result.shape, [height, width]);
  const { strides, pads } = windows;
  const outputPadding = [0, 1].map((i) => {
    const [size = 1, target = 1] = [x.shape[i + 1], result.shape[i + 1]];
    const covered = (size - 1) * (strides[i] ?? 1) + (kernel.shape[i] ?? 1);
    return target - (covered - (pads[i] ?? 0) - (pads[i + 2] ?? 0));
  });
  const name = op.emit(
    'ConvTranspose',
    [inLayout(op.build, x, 'channelsFirst'), permuted(op.build, kernel, [3, 2, 0, 1])],
    [
      ...windowAttributes(windows),
      ...(outputPadding.some((n) => n !== 0) ? [attribute.ints('output_padding', outputPadding)] : []),
    ],
  );
  return { ...result, name };
};

export const conv: Family = {
  Conv2D: convolution,
  Conv3D: convolution,
  DepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposed,
};
