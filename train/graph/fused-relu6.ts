// A pass: the gradient of ReLU6 and that of the bias before it as one op, by our own kernel for CPUs (relu6.cc).
import { type Graph, type Node, withRenamed } from './graph.ts';
import { DataType } from './tensorflow.ts';

/** Channels are computed so many at a time. */
export const LANES = 16;

/** Rewrites `Relu6Grad(dy, y)`, and `BiasAddGrad` of it where there is one, for channels in multiples of 16. */
export function relu6GradientsFused(graph: Graph): Graph {
  const biases = new Map(
    graph.nodes.flatMap((node) => (node.op === 'BiasAddGrad' ? [[node.inputs[0], node] as const] : [])),
  );
  const removed = new Set<Node>();
  const renamed = new Map<string, string>();
  const nodes = graph.nodes.map((node): Node => {
    const [dx] = node.outputs;
    const channels = dx?.shape.at(-1) ?? 0;
    if (node.op !== 'Relu6Grad' || dx === undefined || channels % LANES !== 0) return node;
    const bias = biases.get(`${node.name}:0`);
    if (bias !== undefined) {
      removed.add(bias);
      renamed.set(`${bias.name}:0`, `${node.name}:1`);
    }
    const sum = { dtype: DataType.float32, shape: [channels] };
    return { ...node, op: 'TrainyardRelu6BiasGrad', outputs: [dx, sum] };
  });
  return withRenamed({ ...graph, nodes: nodes.filter((node) => !removed.has(node)) }, renamed);
}
