// Arithmetic, element by element: of one array, and of several with broadcasting.
import { dataType } from '../../models/onnx/schema.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { aligned, asIs, scalar } from '../graph/operands.ts';
import { addBias, addition } from './bias.ts';

type Compute = (op: Op, names: string[]) => string;

/** A function of one array. */
function unary(compute: string | ((op: Op, x: string) => string)): Converter {
  return (op) => {
    const x = op.input(0);
    const name = asIs(op.build, x);
    return op.result(typeof compute === 'string' ? op.emit(compute, [name]) : compute(op, name), x.layout);
  };
}

/** A function of arrays that are broadcast against each other. */
function broadcast(compute: string | Compute): Converter {
  return (op) => {
    const { names, layout } = aligned(op.build, op.inputs);
    return op.result(typeof compute === 'string' ? op.emit(compute, names) : compute(op, names), layout);
  };
}

/** A constant of the type of the op's first input. */
function number(op: Op, value: number): string {
  return scalar(op.build, value, op.input(0).type);
}

const isWhole = (op: Op) => op.input(0).type === dataType.INT32;

/** floor(a / b). ONNX divides whole numbers toward zero. */
const floorDivide: Compute = (op, names) => {
  if (!isWhole(op)) return op.emit('Floor', [op.emit('Div', names)]);
  // a - mod(a, b) is a multiple of b, and mod has b's sign.
  const [a = '', b = ''] = names;
  return op.emit('Div', [op.emit('Sub', [a, op.emit('Mod', names)]), b]);
};

/**
 * What is left of a / b, with the sign of b. ONNX has it for whole numbers; of real ones it has the remainder with the
 * sign of a, which is exact: a - floor(a / b) * b is not, and 1 mod 0.1 would be 0.
 */
const floorModulo: Compute = (op, names) => {
  if (isWhole(op)) return op.emit('Mod', names);
  const [, b = ''] = names;
  const zero = number(op, 0);
  const rest = op.emit('Mod', names, [attribute.int('fmod', 1)]);
  const isOther = op.emit('Xor', [op.emit('Less', [rest, zero]), op.emit('Less', [b, zero])]);
  const turned = op.emit('Where', [isOther, op.emit('Add', [rest, b]), rest]);
  return op.emit('Where', [op.emit('Equal', [rest, zero]), rest, turned]);
};

/** a / b, and 0 where b is 0. */
const divideNoNan: Compute = (op, names) => {
  const isZero = op.emit('Equal', [names[1] ?? '', number(op, 0)]);
  return op.emit('Where', [isZero, number(op, 0), op.emit('Div', names)]);
};

const squaredDifference: Compute = (op, names) => {
  const difference = op.emit('Sub', names);
  return op.emit('Mul', [difference, difference]);
};

/** TensorFlow writes it out as n operands of one shape. */
const sumOfAll: Compute = (op, names) =>
  isWhole(op) ? names.reduce((sum, name) => op.emit('Add', [sum, name])) : op.emit('Sum', names);

/** Whether a number is below zero, or the zero that is: -0. */
const isNegative = (op: Op, x: string) =>
  op.emit('Or', [
    op.emit('Less', [x, number(op, 0)]),
    op.emit('Less', [op.emit('Reciprocal', [x]), number(op, 0)]),
  ]);

/** The angle of the point (x, y), from -pi to pi; ONNX has it for one quotient alone. */
const angle: Compute = (op, names) => {
  const [y = '', x = ''] = names;
  const zero = number(op, 0);
  const turn = op.emit('Where', [isNegative(op, y), number(op, -Math.PI), number(op, Math.PI)]);
  const turned = op.emit('Where', [isNegative(op, x), turn, zero]);
  const [onAxis, level] = [op.emit('Equal', [x, zero]), op.emit('Equal', [y, zero])];
  // At the origin y / x is no number.
  const slope = op.emit('Where', [op.emit('And', [onAxis, level]), y, op.emit('Div', names)]);
  const sloping = op.emit('Add', [op.emit('Atan', [slope]), turned]);
  const upright = op.emit('Mul', [op.emit('Sign', [y]), number(op, Math.PI / 2)]);
  const isUpright = op.emit('And', [onAxis, op.emit('Not', [level])]);
  return op.emit('Where', [isUpright, upright, sloping]);
};

/**
 * 1 - erf(x), of which GELU is made: `erfc(-z / sqrt 2)` is written as 1 + erf(z / sqrt 2), which runtimes know.
 */
function complementOfErf(op: Op, x: string): string {
  const turned = (name: string) => {
    const node = op.build.producer(name);
    return node?.op_type === 'Neg' ? node.input[0] : undefined;
  };
  const scaled = op.build.producer(x);
  const negative =
    scaled?.op_type === 'Mul' || scaled?.op_type === 'Div' ? scaled.input.findIndex(turned) : -1;
  const positive =
    scaled === undefined || negative === -1
      ? op.emit('Neg', [x])
      : op.emit(
          scaled.op_type,
          scaled.input.map((name, i) => (i === negative ? (turned(name) ?? name) : name)),
        );
  return op.emit('Add', [op.emit('Erf', [positive]), number(op, 1)]);
}

/** exp(x) - 1 = tanh(x / 2) (exp(x) + 1), of which small numbers keep all their digits. */
const exponentialLessOne = (op: Op, x: string) =>
  op.emit('Mul', [
    op.emit('Tanh', [op.emit('Mul', [x, number(op, 0.5)])]),
    op.emit('Add', [op.emit('Exp', [x]), number(op, 1)]),
  ]);

/** log(1 + x), which is 2 atanh(x / (x + 2)): so small numbers keep all their digits. */
function logarithmOfOneMore(op: Op, x: string): string {
  const share = op.emit('Div', [x, op.emit('Add', [x, number(op, 2)])]);
  const near = op.emit('Mul', [op.emit('Atanh', [share]), number(op, 2)]);
  const isNear = op.emit('Less', [op.emit('Abs', [x]), number(op, 0.5)]);
  return op.emit('Where', [isNear, near, op.emit('Log', [op.emit('Add', [x, number(op, 1)])])]);
}

export const arithmetic: OpFamily = {
  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Sign: unary('Sign'),
  Exp: unary('Exp'),
  Expm1: unary(exponentialLessOne),
  Log: unary('Log'),
  Log1p: unary(logarithmOfOneMore),
  Sqrt: unary('Sqrt'),
  Rsqrt: unary((op, x) => op.emit('Reciprocal', [op.emit('Sqrt', [x])])),
  Square: unary((op, x) => op.emit('Mul', [x, x])),
  Reciprocal: unary('Reciprocal'),
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),
  // Halves go to the even neighbor in both.
  Round: unary('Round'),
  Erf: unary('Erf'),
  Erfc: unary(complementOfErf),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tan: unary('Tan'),
  Asin: unary('Asin'),
  Acos: unary('Acos'),
  Atan: unary('Atan'),
  Atan2: broadcast(angle),
  Sinh: unary('Sinh'),
  Cosh: unary('Cosh'),
  Asinh: unary('Asinh'),
  Acosh: unary('Acosh'),
  Atanh: unary('Atanh'),

  Add: addition,
  AddV2: addition,
  AddN: broadcast(sumOfAll),
  BiasAdd: addBias,
  Sub: broadcast('Sub'),
  Mul: broadcast('Mul'),
  RealDiv: broadcast('Div'),
  Div: broadcast('Div'),
  DivNoNan: broadcast(divideNoNan),
  FloorDiv: broadcast(floorDivide),
  FloorMod: broadcast(floorModulo),
  Maximum: broadcast('Max'),
  Minimum: broadcast('Min'),
  Pow: broadcast('Pow'),
  SquaredDifference: broadcast(squaredDifference),
};
