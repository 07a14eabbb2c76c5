// Products of matrices as tfjs's layers run them: a list of one matrix, from a reshape before the product to another
// one behind its bias and activation.
import { type Graph, type Node, nodesByName, parseReference } from '../../train/graph/graph.ts';
import { dropUnused } from '../passes/fold.ts';

/** Takes those reshapes out: `[1,N,K] x [1,K,M]` becomes `[N,K] x [K,M]`. */
export function plainProducts(graph: Graph): Graph {
  const nodes = nodesByName(graph);
  const at = (reference = '') => nodes.get(parseReference(reference).name);
  const shapeOf = (node: Node | undefined) => node?.outputs[0]?.shape ?? [];
  /** The one node that uses a result. */
  const userOf = ({ name }: Node): Node | undefined => {
    const [user, ...others] = graph.nodes.filter(({ inputs }) => inputs.includes(`${name}:0`));
    return others.length === 0 ? user : undefined;
  };
  const changed = new Map<string, Node>();
  /** What stands in for the result of a reshape that is left out. */
  const results = new Map<string, string>();
  for (const product of graph.nodes) {
    const sources = product.inputs.map((input) => at(input)?.inputs[0] ?? '');
    if (product.op !== 'BatchMatMulV2' || !product.inputs.every((input) => at(input)?.op === 'Reshape'))
      continue;
    if (!sources.every((source) => shapeOf(at(source)).length === 2)) continue;
    const path: Node[] = [{ ...product, inputs: sources }];
    let next = userOf(product);
    for (; next !== undefined && next.op !== 'Reshape' && shapeOf(next).length === 3; next = userOf(next))
      path.push(next);
    if (next?.op !== 'Reshape' || shapeOf(next).length !== 2) continue;
    const last = path.at(-1)?.name;
    results.set(`${next.name}:0`, `${last}:0`);
    for (const node of path) {
      const outputs = node.outputs.map((output) => ({ ...output, shape: output.shape.slice(1) }));
      changed.set(node.name, { ...node, outputs });
    }
  }
  const replaced = (reference: string) => results.get(reference) ?? reference;
  return dropUnused({
    ...graph,
    nodes: graph.nodes
      .map((node) => changed.get(node.name) ?? node)
      .map((node) => ({ ...node, inputs: node.inputs.map(replaced) })),
    outputs: graph.outputs.map(replaced),
  });
}
