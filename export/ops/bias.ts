// Biases and other additions of a constant per channel: inside the convolution or product where that is possible.
import type { Converter, Op } from '../graph/op.ts';
import { aligned, permuted } from '../graph/operands.ts';
import { elementCount, type Value } from '../graph/value.ts';

/** Operators whose third input is a bias `[C]`. */
const takesBias = new Set(['Conv', 'ConvTranspose', 'Gemm']);

/** `x + bias` on the last axis: `[...,C]` and `[C]`. */
export const addBias: Converter = (op) => {
  if (op.text('data_format', 'NHWC') !== 'NHWC')
    throw op.unsupported('a bias with channels first', 'Give it channels last.');
  return withBias(op, 0, 1) ?? sum(op);
};

/** The same written as an addition, either way round. */
export const addition: Converter = (op) => withBias(op, 0, 1) ?? withBias(op, 1, 0) ?? sum(op);

function sum(op: Op): Value {
  const { names, layout } = aligned(op.build, [op.input(0), op.input(1)]);
  return op.result(op.emit('Add', names), layout);
}

/** Gives the bias to the operator that computes `x`; undefined when it cannot take one or others see its result. */
function withBias(op: Op, x: number, bias: number): Value | undefined {
  const [value, constant] = [op.input(x), op.input(bias)];
  const source = value.source ?? value;
  const channels = value.shape.at(-1) ?? 0;
  const perChannel = constant.shape.at(-1) === channels && elementCount(constant.shape) === channels;
  if (constant.constant === undefined || !perChannel || constant.shape.length > value.shape.length)
    return undefined;
  const producer = op.build.producer(source.name);
  if (producer === undefined || !takesBias.has(producer.op_type) || producer.input.length !== 2)
    return undefined;
  // In another shape, the last axis may no longer be the channels that the operator computes.
  const sameChannels = source.shape.at(-1) === channels && source.layout === value.layout;
  if (!sameChannels || !op.usedOnce(x)) return undefined;
  const all = constant.shape.map((_, axis) => axis);
  producer.input.push(permuted(op.build, constant, all, [channels]));
  return value;
}
