// A chain of nodes that is added to a graph: each takes the result of the one before it.
import { floatTensor, int64Tensor } from '../onnx/make.ts';
import type { AttributeProto, NodeProto, TensorProto } from '../onnx/schema.ts';

export interface Step {
  readonly op: string;
  /** A constant, which is the second input. */
  readonly with?: TensorProto;
  readonly attribute?: readonly AttributeProto[];
}

/** What is added to a graph. */
export interface Added {
  readonly node: NodeProto[];
  readonly initializer: TensorProto[];
}

/** ONNX's own number for a whole-number attribute, and for a list of them: AttributeProto.AttributeType. */
const [INT, INTS] = [2, 7];

export const cast = (to: number): Step => ({ op: 'Cast', attribute: [{ name: 'to', type: INT, i: to }] });

export const transpose = (perm: readonly number[]): Step => ({
  op: 'Transpose',
  attribute: [{ name: 'perm', type: INTS, ints: [...perm] }],
});

/** An attribute `axis`. */
export const axis = (i: number): AttributeProto => ({ name: 'axis', type: INT, i });

/** @param name - of the constant, which is the second input. */
export const withNumbers = (op: string, name: string, values: readonly number[]): Step => ({
  op,
  with: floatTensor(name, values),
});

export const withIntegers = (
  op: string,
  name: string,
  values: readonly number[],
  attribute: readonly AttributeProto[] = [],
): Step => ({ op, with: int64Tensor(name, values), attribute });

/**
 * The nodes from `source` to `target`.
 *
 * @param prefix - of the names of the values between them.
 */
export function chain(steps: readonly Step[], source: string, target: string, prefix: string): Added {
  const all = steps.length === 0 ? [{ op: 'Identity' }] : steps;
  const between = (i: number) => (i === 0 ? source : i === all.length ? target : `${prefix}${i}`);
  const node = all.map(
    (step: Step, i): NodeProto => ({
      op_type: step.op,
      input: [between(i), ...(step.with === undefined ? [] : [step.with.name ?? ''])],
      output: [between(i + 1)],
      attribute: [...(step.attribute ?? [])],
    }),
  );
  return { node, initializer: all.flatMap((step: Step) => step.with ?? []) };
}
