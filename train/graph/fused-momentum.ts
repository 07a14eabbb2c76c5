// Finds updates by gradient descent with momentum, which TensorFlow does in one op, in place.
import { type Graph, type Node, nodesByName, parseReference } from './graph.ts';

/**
 * `velocity = momentum * velocity + gradient; weight -= learningRate * velocity`: variables by label, values by
 * reference. Nesterov's is not among them: TensorFlow's op adds in another order, and the step would no longer follow
 * tfjs to the last bit.
 */
export interface MomentumUpdate {
  weight: string;
  velocity: string;
  learningRate: string;
  gradient: string;
  momentum: string;
}

/** The updates of `graph` that are of this form and whose results nothing else reads, as train/optimizers/sgd.ts writes them. */
export function momentumUpdates(graph: Graph): MomentumUpdate[] {
  const nodes = nodesByName(graph);
  const users = usersOf(graph);
  const labels = new Map([...graph.updates].map(([label, reference]) => [reference, label]));
  const nodeOf = (reference = '') => nodes.get(parseReference(reference).name);
  /** The inputs of the node behind `reference` if that is `op`, and if `count` nodes and updates use it. */
  const inputsOf = (reference: string | undefined, op: string, count: number): readonly string[] => {
    const node = nodeOf(reference);
    return node?.op === op && users.get(reference ?? '') === count ? node.inputs : [];
  };
  const isVariable = (reference: string | undefined, label: string) =>
    nodeOf(reference)?.op === 'Variable' && nodeOf(reference)?.label === label;
  const isScalar = (reference: string | undefined) => outputOf(nodeOf(reference), reference)?.length === 0;

  const find = (weight: string, result: string): MomentumUpdate | undefined => {
    const [old, change] = inputsOf(result, 'Sub', 1);
    const [direction, learningRate] = inputsOf(change, 'Mul', 1);
    if (!isVariable(old, weight) || direction === undefined) return undefined;
    if (learningRate === undefined || !isScalar(learningRate)) return undefined;
    const velocity = labels.get(direction);
    const [kept, gradient] = inputsOf(direction, 'Add', 2);
    const [before, momentum] = inputsOf(kept, 'Mul', 1);
    if (velocity === undefined || gradient === undefined || momentum === undefined) return undefined;
    if (!isVariable(before, velocity) || !isScalar(momentum)) return undefined;
    // The op does not wait for others that would read the old velocity.
    if (users.get(before ?? '') !== 1) return undefined;
    return { weight, velocity, learningRate, gradient, momentum };
  };
  return [...graph.updates].flatMap(([label, reference]) => find(label, reference) ?? []);
}

/** How many inputs, outputs and updates name each value. */
function usersOf({ nodes, outputs, updates }: Graph): Map<string, number> {
  const users = new Map<string, number>();
  for (const reference of [...nodes.flatMap(({ inputs }) => inputs), ...outputs, ...updates.values()])
    users.set(reference, (users.get(reference) ?? 0) + 1);
  return users;
}

function outputOf(node: Node | undefined, reference = ''): readonly number[] | undefined {
  return node?.outputs[parseReference(reference).index]?.shape;
}
