// Leaves out arithmetic of the traced graph that changes nothing: adding zeros, multiplying by ones.
import { type Constant, type Graph, type Node, parseReference } from '../../train/graph/graph.ts';
import { DataType } from '../../train/graph/tensorflow.ts';

/** The number that changes nothing as a second operand; and whether it does so as a first one. */
const NEUTRAL: Readonly<Record<string, readonly [number, eitherWay: boolean]>> = {
  Add: [0, true],
  AddV2: [0, true],
  BiasAdd: [0, false],
  Sub: [0, false],
  Mul: [1, true],
  RealDiv: [1, false],
  Div: [1, false],
};

/** Gives the users of such a result the operand instead. Weights stay, whatever their values are: they have names. */
export function dropNeutral(graph: Graph): Graph {
  const made = new Map(graph.nodes.map((node) => [node.name, node]));
  const instead = new Map<string, string>();
  const find = (reference: string) => instead.get(reference) ?? reference;
  const nodes = graph.nodes.map((node): Node => {
    const current = { ...node, inputs: node.inputs.map(find) };
    const kept = operandOf(current, (reference) => {
      const { name, index } = parseReference(reference);
      return { constant: made.get(name)?.constant, output: made.get(name)?.outputs[index] };
    });
    if (kept !== undefined) instead.set(`${node.name}:0`, kept);
    return current;
  });
  return { ...graph, nodes, outputs: graph.outputs.map(find) };
}

interface Known {
  readonly constant?: Constant | undefined;
  readonly output?: Node['outputs'][number] | undefined;
}

/** The operand that is the result already. */
function operandOf({ op, inputs, outputs }: Node, read: (reference: string) => Known): string | undefined {
  const [neutral, eitherWay] = NEUTRAL[op] ?? [];
  const [a = '', b = ''] = inputs;
  if (neutral === undefined || inputs.length !== 2) return undefined;
  for (const [kept, other] of eitherWay
    ? ([
        [a, b],
        [b, a],
      ] as const)
    : ([[a, b]] as const)) {
    // Broadcasting may make the result larger than the operand.
    const same = read(kept).output?.shape.join() === outputs[0]?.shape.join();
    if (same && consistsOf(read(other).constant, neutral)) return kept;
  }
  return undefined;
}

function consistsOf(constant: Constant | undefined, number: number): boolean {
  if (constant === undefined || constant.dynamic || constant.dtype !== DataType.float32) return false;
  return new Float32Array(constant.bytes.slice().buffer).every((value) => value === number);
}
