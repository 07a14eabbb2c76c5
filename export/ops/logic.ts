// Comparisons, logic and choosing by a condition.
import { dataType } from '../../models/onnx/schema.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { aligned, asIs, reshaped, scalar } from '../graph/operands.ts';

/** A function of two arrays that are broadcast against each other. */
function compare(operator: string, negate = false): Converter {
  return (op) => {
    const { names, layout } = aligned(op.build, [op.input(0), op.input(1)]);
    const name = op.emit(operator, names);
    return op.result(negate ? op.emit('Not', [name]) : name, layout);
  };
}

/** A question about each number. */
function test(compute: (op: Op, x: string) => string): Converter {
  return (op) => op.result(compute(op, asIs(op.build, op.input(0))), op.input(0).layout);
}

/** Neither infinite nor NaN: |x| is less than infinity. */
const finite = (op: Op, x: string) =>
  op.emit('Less', [op.emit('Abs', [x]), scalar(op.build, Number.POSITIVE_INFINITY)]);

/** (condition and a) or (not condition and b): onnxruntime chooses numbers alone. */
function selectBools(op: Op, [condition = '', a = '', b = '']: readonly string[]): string {
  const chosen = op.emit('And', [condition, a]);
  return op.emit('Or', [chosen, op.emit('And', [op.emit('Not', [condition]), b])]);
}

/** condition ? a : b. The older op takes a condition `[N]` for whole rows. */
const select: Converter = (op) => {
  const [condition, a, b] = [op.input(0), op.input(1), op.input(2)];
  const perRow = op.node.op === 'Select' && condition.shape.length === 1 && a.shape.length > 1;
  const wide = perRow
    ? reshaped(op.build, condition, [...condition.shape, ...a.shape.slice(1).map(() => 1)])
    : condition;
  const { names, layout } = aligned(op.build, [wide, a, b]);
  return op.result(a.type === dataType.BOOL ? selectBools(op, names) : op.emit('Where', names), layout);
};

export const logic: OpFamily = {
  Equal: compare('Equal'),
  NotEqual: compare('Equal', true),
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  LogicalAnd: compare('And'),
  LogicalOr: compare('Or'),
  LogicalNot: test((op, x) => op.emit('Not', [x])),
  IsNan: test((op, x) => op.emit('IsNaN', [x])),
  IsInf: test((op, x) => op.emit('IsInf', [x])),
  IsFinite: test(finite),
  Select: select,
  SelectV2: select,
};
