// What passes over ONNX graphs share: leaving nodes out, and finding the node that makes a value.

import { floatTensor } from '../../models/onnx/make.ts';
import { readsOf } from '../../models/onnx/reads.ts';
import { dataType, type GraphProto, type NodeProto, type TensorProto } from '../../models/onnx/schema.ts';

/**
 * Leaves out nodes with one output: its users get another value instead. A node stays where its output is
 * an output of the graph, whose name must not change.
 * @param replacement - The value to use instead of a node's output; undefined keeps the node.
 */
export function bypass(graph: GraphProto, replacement: (node: NodeProto) => string | undefined): GraphProto {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const instead = new Map<string, string>();
  const node = graph.node.flatMap((original): NodeProto[] => {
    const current = { ...original, input: original.input.map((name) => instead.get(name) ?? name) };
    const [output = ''] = current.output;
    const value = outputs.has(output) ? undefined : replacement(current);
    if (value === undefined) return [current];
    instead.set(output, value);
    return [];
  });
  return { ...graph, node };
}

/** The node that makes each value. */
export function producers({ node }: GraphProto): Map<string, NodeProto> {
  return new Map(node.flatMap((each) => each.output.map((name) => [name, each] as const)));
}

/** How often each value is used, the outputs of the graph included. */
export function countUses(graph: GraphProto): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...graph.node.flatMap(readsOf), ...graph.output.map((each) => each.name)])
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The float32 constants without axes. */
export function scalars({ initializer }: GraphProto): Map<string, number> {
  return new Map(
    initializer.flatMap(({ name = '', dims, data_type, raw_data }): [string, number][] => {
      if (data_type !== dataType.FLOAT || dims.length > 0 || raw_data === undefined) return [];
      return [[name, new DataView(raw_data.buffer, raw_data.byteOffset).getFloat32(0, true)]];
    }),
  );
}

/** A float32 constant without axes: the one in the graph, or a new one of this name, which is not in the graph yet. */
export function scalarConstant({ initializer }: GraphProto, name: string, value: number): TensorProto {
  const made = floatTensor(name, [value], []);
  const bytesOf = ({ raw_data = new Uint8Array() }: TensorProto) => raw_data;
  const known = initializer.find(
    (tensor) =>
      tensor.data_type === dataType.FLOAT &&
      tensor.dims.length === 0 &&
      Buffer.compare(bytesOf(tensor), bytesOf(made)) === 0,
  );
  return known ?? made;
}
