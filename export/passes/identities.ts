// Removes operators whose output is their input.
import type { GraphProto, NodeProto } from '../../models/onnx/schema.ts';
import { bypass } from './rewrite.ts';

/** Removes Identity nodes and transpositions that keep every axis in its place. */
export function removeIdentities(graph: GraphProto): GraphProto {
  return bypass(graph, (node) => (changesNothing(node) ? node.input[0] : undefined));
}

function changesNothing({ op_type, attribute }: NodeProto): boolean {
  if (op_type === 'Identity') return true;
  const perm = attribute.find(({ name }) => name === 'perm')?.ints;
  return op_type === 'Transpose' && perm !== undefined && perm.every((axis, i) => axis === i);
}
