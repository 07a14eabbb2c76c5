// Convolutions: plain, depthwise and transposed.
import { isDynamic } from '../graph/dimensions.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, OpFamily } from '../graph/op.ts';
import { inLayout, permuted } from '../graph/operands.ts';
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
 * convolution from the result back to the input. The kernel `[...window,out,in]` becomes `[in,out,...window]`.
 * Reference: https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
 */
const transposed: Converter = (op) => {
  const [kernel, x] = [op.input(1), op.input(2)];
  const result = op.result('', 'channelsFirst');
  const window = kernel.shape.slice(0, -2);
  const sizes = x.shape.slice(1, -1);
  // Where the size is not known yet, the result is as large as the layer of tfjs makes it.
  const targets = result.shape.slice(1, -1).map((size, i) => {
    const [stride = 1, length = 1] = [op.ints('strides')[i + 1], window[i]];
    if (!isDynamic(size)) return { size: sizes[i] ?? 1, target: size };
    return { size: 1, target: op.text('padding', 'VALID') === 'SAME' ? stride : Math.max(stride, length) };
  });
  const windows = windowsOf(op, [1, ...targets.map(({ target }) => target), 1], window);
  const { strides, pads } = windows;
  const outputPadding = targets.map(({ size, target }, i) => {
    const covered = (size - 1) * (strides[i] ?? 1) + (window[i] ?? 1);
    return target - (covered - Number(pads[i] ?? 0) - Number(pads[i + window.length] ?? 0));
  });
  const last = window.length;
  const weights = permuted(op.build, kernel, [last + 1, last, ...window.map((_, axis) => axis)]);
  const name = op.emit(
    'ConvTranspose',
    [inLayout(op.build, x, 'channelsFirst'), weights],
    [
      ...windowAttributes(windows),
      ...(outputPadding.some((n) => n !== 0) ? [attribute.ints('output_padding', outputPadding)] : []),
    ],
  );
  return { ...result, name };
};

export const conv: OpFamily = {
  Conv2D: convolution,
  Conv3D: convolution,
  DepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposed,
  Conv3DBackpropInputV2: transposed,
};
