// A traced graph as a frozen TensorFlow graph: its variables are constants, its nodes are named after their layers.

import { uniqueNames } from '../../models/onnx/unique-names.ts';
import { type Graph, type Node, type Output, parseReference } from '../../train/graph/graph.ts';
import { constantAttributes, nodeAttributes, placeholderAttributes } from '../../train/graph/node-def.ts';
import type { AttrValue, NodeDef } from '../../train/graph/saved-model.ts';
import type { State } from '../../train/graph/state.ts';
import { withUnknownSizes } from '../graph/unknown-sizes.ts';
import { layerOf } from '../graph/value.ts';
import { dropUnused } from '../passes/fold.ts';

/** An input or output of a frozen graph: the node's name, TensorFlow's type, and the shape with -1 for the batch. */
export interface Port extends Output {
  readonly name: string;
}

export interface FrozenGraph {
  /** In an order in which they can be run. */
  readonly nodes: NodeDef[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/**
 * Freezes a forward pass. Inputs and variables keep their names (`image`, `conv1/kernel`); other nodes are called
 * after their layer and op (`conv1/Conv2D`).
 * @param outputs - What the results are called, in their order.
 */
export function freeze(graph: Graph, state: State, outputs: readonly string[]): FrozenGraph {
  const { nodes, outputs: results } = withUnknownSizes(dropUnused(graph));
  const names = nameNodes(nodes, outputs);
  const rename = (reference: string): string => {
    const { name, index } = parseReference(reference);
    const renamed = names.get(name) ?? name;
    return index === 0 ? renamed : `${renamed}:${index}`;
  };
  const ports = new Map(
    nodes.flatMap((node) =>
      node.outputs.map((output, i) => [
        `${node.name}:${i}`,
        { ...output, name: rename(`${node.name}:${i}`) },
      ]),
    ),
  );
  const dtypes = new Map([...ports].map(([reference, { dtype }]) => [reference, dtype]));
  const frozen = nodes.map((node): NodeDef => {
    const own = ownNode(node, state);
    const name = rename(`${node.name}:0`);
    if (own !== undefined) return { name, ...own, input: [], device: '' };
    return {
      name,
      op: node.op,
      input: node.inputs.map(rename),
      device: '',
      attr: nodeAttributes(node, dtypes),
    };
  });
  const copies = results.map((reference, i): NodeDef => {
    const attr = { T: { type: dtypes.get(reference) ?? 0 } };
    return { name: outputs[i] ?? '', op: 'Identity', input: [rename(reference)], device: '', attr };
  });
  return {
    nodes: [...frozen, ...copies],
    inputs: nodes.filter(({ op }) => op === 'Input').flatMap(({ name }) => ports.get(`${name}:0`) ?? []),
    outputs: results.flatMap((reference, i) => {
      const port = ports.get(reference);
      return port === undefined ? [] : [{ ...port, name: outputs[i] ?? '' }];
    }),
  };
}

/** Our own nodes (inputs, variables and constants) as TensorFlow's; undefined for a node that is TensorFlow's already. */
function ownNode(node: Node, state: State): { op: string; attr: Record<string, AttrValue> } | undefined {
  const [output] = node.outputs;
  if (node.op === 'Const' && node.constant !== undefined)
    return { op: 'Const', attr: constantAttributes(node.constant) };
  if (output === undefined) return undefined;
  if (node.op === 'Input')
    return { op: 'Placeholder', attr: placeholderAttributes(output.dtype, output.shape) };
  if (node.op !== 'Variable') return undefined;
  const values = state.get(node.label ?? '');
  if (values === undefined) throw new Error(`there is no value for variable ${node.label}`);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { op: 'Const', attr: constantAttributes({ ...output, bytes }) };
}

/** Names by the tracer's names; each of them once, and none of them an output's. */
function nameNodes(nodes: readonly Node[], outputs: readonly string[]): Map<string, string> {
  const labels = new Map(nodes.flatMap(({ name, label }) => (label === undefined ? [] : [[name, label]])));
  const unique = uniqueNames([...outputs, ...labels.values()]);
  return new Map(
    nodes.map(({ name, op, inputs, label }) => {
      if (label !== undefined) return [name, label];
      const layer = inputs.flatMap((input) => layerOf(labels.get(parseReference(input).name) ?? '') ?? [])[0];
      return [name, unique(layer === undefined ? op : `${layer}/${op}`)];
    }),
  );
}
