// Which operators of a graph give bytes, and which pass them on.
import { dataType, type GraphProto, type NodeProto, type TensorProto } from '../../models/onnx/schema.ts';

/** What the rewriting needs to know of an operator that gives new bytes. */
export interface Quantized {
  /** The axis of a convolution's or product's weights that counts the outputs; absent for a sum. */
  readonly axis?: number;
  /** The operator after it that cuts off what is below zero, if nothing else uses the result. */
  readonly rectified?: NodeProto;
}

/**
 * Convolutions and products with constant weights and bias, whose time is worth saving, and sums of two values that are
 * computed, as at the end of a residual block.
 */
export function quantizedNodes(graph: GraphProto): Map<NodeProto, Quantized> {
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const users = new Map<string, NodeProto[]>();
  for (const node of graph.node)
    for (const name of node.input) users.set(name, [...(users.get(name) ?? []), node]);
  const outputs = new Set(graph.output.map(({ name }) => name));
  return new Map(
    graph.node.flatMap((node) => {
      const [, weight = '', bias] = node.input;
      const axis = outputAxis(node, tensors.get(weight));
      const others = bias ? [weight, bias] : [weight];
      // A weight with two users would need one scale for both inputs.
      const own = others.every((name) => isFloat(tensors.get(name)) && users.get(name)?.length === 1);
      const sum = node.op_type === 'Add' && !node.input.some((name) => tensors.has(name));
      if (!sum && (axis === undefined || !own)) return [];
      const [next, ...more] = users.get(node.output[0] ?? '') ?? [];
      const free = more.length === 0 && !outputs.has(node.output[0] ?? '');
      const rectified = next && free && rectifies(next, tensors) ? next : undefined;
      return [[node, { ...(axis !== undefined && { axis }), ...(rectified && { rectified }) }] as const];
    }),
  );
}

/** ReLU, and those that cut off large values as well: a range of bytes does that by itself. */
function rectifies({ op_type, input }: NodeProto, tensors: ReadonlyMap<string, TensorProto>): boolean {
  if (op_type === 'Relu') return true;
  const least = tensors.get(input[1] ?? '')?.raw_data;
  return op_type === 'Clip' && least?.every((byte) => byte === 0) === true;
}

function outputAxis({ op_type, attribute }: NodeProto, weight: TensorProto | undefined): number | undefined {
  const given = (name: string) => attribute.find((each) => each.name === name);
  if (op_type === 'Conv') return 0;
  if (op_type === 'MatMul') return weight?.dims.length === 2 ? 1 : undefined;
  if (op_type !== 'Gemm' || (given('alpha')?.f ?? 1) !== 1 || (given('beta')?.f ?? 1) !== 1) return undefined;
  if (given('transA')?.i) return undefined;
  return given('transB')?.i ? 0 : 1;
}

function isFloat(tensor: TensorProto | undefined): boolean {
  return tensor?.data_type === dataType.FLOAT && tensor.raw_data !== undefined;
}

/** Operators whose result is some of the bytes that they are given. */
const MOVING = new Set(['MaxPool', 'Reshape', 'Transpose', 'Flatten', 'Squeeze', 'Unsqueeze']);

export function isMoving({ op_type }: NodeProto): boolean {
  return MOVING.has(op_type);
}
