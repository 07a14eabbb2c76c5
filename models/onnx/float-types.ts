// Which of a graph's values are float16: a file may keep its weights so and calculate in float32, or calculate so as well.
import { intOf } from './attribute.ts';
import { constantsOf } from './constants.ts';
import { dataType, type GraphProto, type NodeProto } from './types.ts';

/** Where an op that does not take the type of its first input takes it from. */
const TYPED_BY: Readonly<Record<string, number>> = { Where: 1, DequantizeLinear: 1 };

/** The values that are float16, by name. */
export function halfValues(graph: GraphProto): Set<string> {
  const isHalf = (type: number | undefined) => type === dataType.FLOAT16;
  const given = [...constantsOf(graph)].map(([name, { data_type }]) => [name, data_type] as const);
  const asked = graph.input.map(({ name = '', type }) => [name, type?.tensor_type?.elem_type] as const);
  const half = new Set([...given, ...asked].flatMap(([name, type]) => (isHalf(type) ? [name] : [])));
  const givesHalf = (node: NodeProto) =>
    node.op_type === 'Cast'
      ? isHalf(intOf(node, 'to'))
      : half.has(node.input[TYPED_BY[node.op_type] ?? 0] ?? '');
  for (const node of graph.node) if (givesHalf(node)) for (const name of node.output) half.add(name);
  return half;
}
