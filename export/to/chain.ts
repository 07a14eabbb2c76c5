// A traced network as a chain of layers, for formats that know layers alone.
import { UserError } from '../../models/errors.ts';
import { type Formulas, formulasOf, geluOf } from '../../train/graph/gelu.ts';
import { type Graph, type Node, nodesByName, parseReference } from '../../train/graph/graph.ts';
import type { State } from '../../train/graph/state.ts';
import { DataType } from '../../train/graph/tensorflow.ts';
import { layerOf } from '../graph/value.ts';
import { dropUnused } from '../passes/fold.ts';
import { plainProducts } from './products.ts';

/** A constant operand: its values as numbers, and the layer that it is a weight of. */
export interface Operand {
  readonly values: Float32Array | Int32Array;
  readonly shape: readonly number[];
  readonly layer?: string;
}

/** One op of the chain with its constant operands, in their order. */
export interface Link {
  readonly node: Node;
  readonly operands: readonly Operand[];
  /** Whether a constant is the first input, as in `1 - x`. */
  readonly constantFirst: boolean;
  /** Shape of the value that it works on, -1 for the batch. */
  readonly from: readonly number[];
  /** Shape of its result. */
  readonly to: readonly number[];
}

/** What {@link chainOf} makes of the ops of gelu. */
export const GELU_OP = 'Gelu';

/**
 * Follows a network from its input to its output. Where gelu branches and joins again, it is one link.
 * @throws UserError when the network branches otherwise.
 */
export function chainOf(traced: Graph, state: State): Link[] {
  const graph = plainProducts(dropUnused(traced));
  const nodes = nodesByName(graph);
  const formulas = formulasOf(graph);
  const at = (reference: string): Node => {
    const node = nodes.get(parseReference(reference).name);
    if (node === undefined) throw new Error(`the graph has no ${reference}`);
    return node;
  };
  const isConstant = (reference: string) => ['Const', 'Variable'].includes(at(reference).op);
  const usersOf = (reference: string) => graph.nodes.filter(({ inputs }) => inputs.includes(reference));
  const input = graph.nodes.find(({ op }) => op === 'Input');
  const links: Link[] = [];
  let [node, value] = [input, `${input?.name}:0`];
  const [end = ''] = graph.outputs;
  while (value !== end && node !== undefined) {
    const users = usersOf(value);
    const gelu = geluAfter(value, users, formulas);
    const next = gelu ?? (users.length === 1 ? users[0] : undefined);
    const data = next?.inputs.filter((reference) => !isConstant(reference)) ?? [];
    if (next === undefined || (gelu === undefined && data.join() !== value))
      throw new UserError(
        `The network branches after ${node.op}, and a chain of layers cannot: use --to tfjs-graph, which takes any network.`,
      );
    links.push({
      node: gelu ? { ...next, op: GELU_OP } : next,
      operands: gelu
        ? []
        : next.inputs.filter(isConstant).map((reference) => operandOf(at(reference), state)),
      constantFirst: isConstant(next.inputs[0] ?? ''),
      from: node.outputs[0]?.shape ?? [],
      to: next.outputs[0]?.shape ?? [],
    });
    [node, value] = [next, `${next.name}:0`];
  }
  return links;
}

/** The last op of the GELU of `value`, where nothing else uses `value`. */
function geluAfter(value: string, users: readonly Node[], formulas: Formulas): Node | undefined {
  return users.length === 2
    ? users.find(({ op, inputs }) => op === 'Mul' && geluOf(inputs, formulas)?.x === value)
    : undefined;
}

function operandOf(node: Node, state: State): Operand {
  const [output] = node.outputs;
  const shape = output?.shape ?? [];
  if (node.op === 'Variable') {
    const values = state.get(node.label ?? '');
    if (values === undefined) throw new Error(`there is no value for variable ${node.label}`);
    const layer = layerOf(node.label ?? '') ?? node.label;
    return { values, shape, ...(layer !== undefined && { layer }) };
  }
  const { buffer } = (node.constant?.bytes ?? new Uint8Array()).slice();
  return {
    values: output?.dtype === DataType.int32 ? new Int32Array(buffer) : new Float32Array(buffer),
    shape,
  };
}
