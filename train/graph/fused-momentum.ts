// Finds updates by gradient descent with momentum, which TensorFlow does in one op, in place.
import { type Graph, type Node, nodesByName, parseReference, usersOf } from './graph.ts';

/**
 * `velocity = momentum * velocity + gradient; weight -= learningRate * velocity`, or with Nesterov `weight -=
 * gradient * learningRate + velocity * momentum * learningRate`: variables by label, values by reference.
 */
export interface MomentumUpdate {
  weight: string;
  velocity: string;
  learningRate: string;
  gradient: string;
  momentum: string;
  nesterov: boolean;
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
  const isVariable = (reference: string | undefined, label: string): reference is string =>
    nodeOf(reference)?.op === 'Variable' && nodeOf(reference)?.label === label;
  const shapeOf = (reference: string | undefined) => outputOf(nodeOf(reference), reference);
  const isScalar = (reference: string | undefined): reference is string => shapeOf(reference)?.length === 0;

  const find = (weight: string, result: string): MomentumUpdate | undefined => {
    const [old, change] = inputsOf(result, 'Sub', 1);
    const [ahead, along] = inputsOf(change, 'Add', 1);
    const nesterov = along !== undefined;
    const [direction, learningRate] = inputsOf(along ?? change, 'Mul', 1);
    const [velocity, again] = nesterov ? inputsOf(direction, 'Mul', 1) : [direction];
    const label = labels.get(velocity ?? '');
    const [kept, gradient] = inputsOf(velocity, 'Add', 2);
    const [before, momentum] = inputsOf(kept, 'Mul', 1);
    if (label === undefined || !isVariable(old, weight) || !isVariable(before, label)) return undefined;
    if (gradient === undefined || !isScalar(learningRate) || !isScalar(momentum)) return undefined;
    // The op broadcasts nothing.
    if ([before, gradient].some((each) => shapeOf(each)?.join() !== shapeOf(old)?.join())) return undefined;
    // The op does not wait for others that would read the old velocity.
    if (users.get(before) !== 1) return undefined;
    if (
      nesterov &&
      (again !== momentum || inputsOf(ahead, 'Mul', 1).join() !== `${gradient},${learningRate}`)
    )
      return undefined;
    return { weight, velocity: label, learningRate, gradient, momentum, nesterov };
  };
  return [...graph.updates].flatMap(([label, reference]) => find(label, reference) ?? []);
}

function outputOf(node: Node | undefined, reference = ''): readonly number[] | undefined {
  return node?.outputs[parseReference(reference).index]?.shape;
}
