// Activations: elementwise, so they take any layout; softmax names its axis.
import { type AttributeProto, dataType } from '../../models/onnx/schema.ts';
import { placeOf } from '../graph/layout.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { asIs, scalar } from '../graph/operands.ts';

type Attributes = (op: Op) => AttributeProto[];

/** An activation that ONNX has as an operator. */
function activate(operator: string, attributes: Attributes = () => []): Converter {
  return (op) => {
    const x = op.input(0);
    return op.result(op.emit(operator, [asIs(op.build, x)], attributes(op)), x.layout);
  };
}

/** Whole numbers are compared: the operator takes them from set 14 on. */
const relu: Converter = (op) => {
  const x = op.input(0);
  const name = asIs(op.build, x);
  const result =
    x.type === dataType.FLOAT ? op.emit('Relu', [name]) : op.emit('Max', [name, scalar(op.build, 0, x.type)]);
  return op.result(result, x.layout);
};

/** min(max(x, 0), 6). */
const relu6: Converter = (op) => {
  const x = op.input(0);
  const bounds = [0, 6].map((bound) => scalar(op.build, bound, x.type));
  return op.result(op.emit('Clip', [asIs(op.build, x), ...bounds]), x.layout);
};

/** Over the last axis, the channels. */
function overChannels(operator: 'Softmax' | 'LogSoftmax'): Converter {
  return (op) => {
    const x = op.input(0);
    const rank = x.shape.length;
    const axis = x.layout === 'channelsFirst' ? placeOf(rank - 1, x.layout, rank) : -1;
    return op.result(op.emit(operator, [asIs(op.build, x)], [attribute.int('axis', axis)]), x.layout);
  };
}

// Klambauer et al. 2017, https://arxiv.org/abs/1706.02515, as TensorFlow's relu_op_functor.h has them.
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

export const activation: OpFamily = {
  Relu: relu,
  Relu6: relu6,
  LeakyRelu: activate('LeakyRelu', (op) => [attribute.float('alpha', op.number('alpha', 0.2))]),
  Elu: activate('Elu'),
  Selu: activate('Selu', () => [attribute.float('alpha', SELU_ALPHA), attribute.float('gamma', SELU_SCALE)]),
  Sigmoid: activate('Sigmoid'),
  Tanh: activate('Tanh'),
  Softplus: activate('Softplus'),
  Softsign: activate('Softsign'),
  Softmax: overChannels('Softmax'),
  LogSoftmax: overChannels('LogSoftmax'),
};
