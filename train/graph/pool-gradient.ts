// A pass: computes the gradient of ReLU before that of the max pooling that follows it, on fewer values.
import { type Graph, type Node, nodesByName, parseReference, usersOf } from './graph.ts';

/**
 * Rewrites `ReluGrad(MaxPoolGrad(x, pooled, dy), x)` as `MaxPoolGrad(x, pooled, ReluGrad(dy, pooled))`, which is the
 * same to the bit: a pooling's gradient goes to the place of the largest value, and that is above zero exactly where
 * the pooled value is.
 */
export function reluGradientsPooled(graph: Graph): Graph {
  const nodes = nodesByName(graph);
  const users = usersOf(graph);
  const poolingOf = ({ op, inputs: [gradient = '', x] }: Node): Node | undefined => {
    const pooling = nodes.get(parseReference(gradient).name);
    const fits = op === 'ReluGrad' && pooling?.op === 'MaxPoolGrad' && pooling.inputs[0] === x;
    return fits && users.get(gradient) === 1 ? pooling : undefined;
  };
  const moved = new Set(graph.nodes.map(poolingOf));
  const rewritten = graph.nodes.flatMap((node): Node[] => {
    if (moved.has(node)) return [];
    const pooling = poolingOf(node);
    if (pooling === undefined) return [node];
    const [x = '', pooled = '', gradient = ''] = pooling.inputs;
    const outputs = nodes.get(parseReference(pooled).name)?.outputs ?? [];
    const smaller: Node = { ...node, name: `${node.name}/pooled`, inputs: [gradient, pooled], outputs };
    return [smaller, { ...pooling, name: node.name, inputs: [x, pooled, `${smaller.name}:0`] }];
  });
  return { ...graph, nodes: rewritten };
}
