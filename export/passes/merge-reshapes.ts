// Merges a reshape of a reshape into one, and a transpose of a transpose.
import type { GraphProto, NodeProto, TensorProto } from '../../models/onnx/schema.ts';
import { producers } from './rewrite.ts';

/** Lets a Reshape take the input of the Reshape before it. The one before goes if nothing else uses it. */
export function mergeReshapes(graph: GraphProto): GraphProto {
  const made = producers(graph);
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const node = graph.node.map((outer): NodeProto => {
    const inner = outer.op_type === 'Reshape' ? made.get(outer.input[0] ?? '') : undefined;
    if (inner?.op_type !== 'Reshape') return outer;
    const [between, target] = [inner, outer].map(({ input }) => shapeIn(constants.get(input[1] ?? '')));
    // A zero copies a dimension of the shape between: fine where that copies the same one of the input.
    const same = target?.every((size, i) => size !== 0 || between?.[i] === 0);
    if (between === undefined || !same) return outer;
    const merged = { ...outer, input: [inner.input[0] ?? '', ...outer.input.slice(1)] };
    for (const name of outer.output) made.set(name, merged);
    return merged;
  });
  return { ...graph, node };
}

/** Lets a Transpose take the input of the Transpose before it. The one before goes if nothing else uses it. */
export function mergeTransposes(graph: GraphProto): GraphProto {
  const made = producers(graph);
  const node = graph.node.map((outer): NodeProto => {
    const inner = made.get(outer.input[0] ?? '');
    const [first, second] = [inner, outer].map((each) =>
      each?.op_type === 'Transpose' ? each.attribute.find(({ name }) => name === 'perm') : undefined,
    );
    if (inner === undefined || first?.ints === undefined || second?.ints === undefined) return outer;
    const ints = second.ints.map((place) => first.ints?.[Number(place)] ?? 0);
    const merged = { ...outer, input: [...inner.input], attribute: [{ ...second, ints }] };
    for (const name of outer.output) made.set(name, merged);
    return merged;
  });
  return { ...graph, node };
}

/** The int64 numbers of a constant. */
function shapeIn(tensor: TensorProto | undefined): number[] | undefined {
  if (tensor?.raw_data === undefined) return undefined;
  return Array.from(new BigInt64Array(tensor.raw_data.slice().buffer), Number);
}
