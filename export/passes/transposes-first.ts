// Brings the transposition of a picture before its scaling: bytes are moved instead of floats, and a constant for each
// channel meets a whole plane of numbers at once.
import { intsOf } from '../../models/onnx/attribute.ts';
import type { GraphProto, NodeProto, TensorProto } from '../../models/onnx/schema.ts';
import { transpose } from '../../models/onnx/transpose.ts';
import { axisPermutation } from '../graph/layout.ts';
import { bytesPerElement, int64Bytes } from '../graph/onnx.ts';
import { countUses, producers } from './rewrite.ts';

/** Operators that do the same to each number, wherever it stands, besides those with a constant operand. */
const ELEMENTWISE = new Set(['Cast', 'Relu', 'Abs', 'Neg', 'Sqrt', 'Exp', 'Tanh', 'Sigmoid']);
const WITH_CONSTANT = new Set(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min']);

/**
 * Moves every transposition to channels first over what is done before it to each number, and over padding. Only where
 * nothing else uses a value on the way.
 */
export function transposesFirst(graph: GraphProto): GraphProto {
  let current = graph;
  for (const { name } of graph.node.filter(isToChannelsFirst))
    for (let next: GraphProto | undefined = current; next !== undefined; next = oneUp(current, name))
      current = next;
  return current;
}

/** The graph with the transposition before the node that was before it; undefined when it stays where it is. */
function oneUp(graph: GraphProto, name: string | undefined): GraphProto | undefined {
  const turn = graph.node.find((node) => node.name === name);
  const before = turn && producers(graph).get(turn.input[0] ?? '');
  const perm = turn && permOf(turn);
  if (turn === undefined || before?.output.length !== 1 || perm === undefined) return undefined;
  const [[between = ''], [after = '']] = [before.output, turn.output];
  const uses = countUses(graph);
  if (uses.get(between) !== 1 || graph.output.some((output) => output.name === after)) return undefined;
  const operands = turnedOperands(graph, before, perm);
  if (operands === undefined) return undefined;
  const { value, constants } = operands;
  const first = { ...turn, input: [value] };
  // A constant that others use as well gets a name of its own in the new order.
  const renamed = new Map(
    constants.map(({ name = '' }) => [name, uses.get(name) === 1 ? name : `${name}/${before.name}`]),
  );
  const input = before.input.map((operand) =>
    operand === value ? after : (renamed.get(operand) ?? operand),
  );
  const node = graph.node.flatMap((each): NodeProto[] => {
    if (each === before) return [first, { ...before, input }];
    if (each === turn) return [];
    // Values are called after the nodes that make them: who used the transposed value now uses the other.
    return [{ ...each, input: each.input.map((operand) => (operand === after ? between : operand)) }];
  });
  const made = new Map(constants.map((tensor) => [renamed.get(tensor.name ?? ''), tensor]));
  const initializer = graph.initializer.filter(({ name }) => !made.has(name));
  for (const [name = '', tensor] of made) initializer.push({ ...tensor, name });
  return { ...graph, node, initializer };
}

interface Operands {
  /** What is transposed first. */
  readonly value: string;
  /** The constants that have another order of axes then. */
  readonly constants: readonly TensorProto[];
}

/** The inputs of a node that gets its value with the axes in another order; undefined where that is not the same. */
function turnedOperands(
  { initializer }: GraphProto,
  { op_type, input }: NodeProto,
  perm: readonly number[],
): Operands | undefined {
  const [value = ''] = input;
  if (ELEMENTWISE.has(op_type)) return { value, constants: [] };
  const tensors = new Map(initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const computed = input.filter((name) => name !== '' && !tensors.has(name));
  if (computed.length !== 1) return undefined;
  const turn = op_type === 'Pad' ? turnedPads : turnedConstant;
  // Of a Pad the second input counts places; the third is a number.
  const names = op_type === 'Pad' ? input.slice(1, 2) : WITH_CONSTANT.has(op_type) ? input : [];
  const before = names.flatMap((name) => tensors.get(name) ?? []);
  const constants = before.flatMap((tensor) => turn(tensor, perm) ?? []);
  if (before.length === 0 || constants.length < before.length) return undefined;
  return { value: computed[0] ?? '', constants: constants.filter((tensor) => !before.includes(tensor)) };
}

/** A constant as it is broadcast against transposed values: `[C]` becomes `[C,1,1]`. */
function turnedConstant(tensor: TensorProto, perm: readonly number[]): TensorProto | undefined {
  const { dims, raw_data, data_type } = tensor;
  // With as many axes as the result, it might be the value that has fewer.
  if (raw_data === undefined || dims.length >= perm.length) return undefined;
  if (dims.every((size) => size === 1)) return tensor;
  const full = [...Array<number>(perm.length - dims.length).fill(1), ...dims];
  const bytes = transpose(raw_data, full, perm, bytesPerElement(data_type));
  const all = perm.map((axis) => full[axis] ?? 1);
  const turnedDims = all.slice(all.findIndex((size) => size !== 1));
  return { ...tensor, dims: turnedDims, raw_data: bytes };
}

/** The numbers before each axis, then those after each. */
function turnedPads(tensor: TensorProto, perm: readonly number[]): TensorProto | undefined {
  const { raw_data, dims } = tensor;
  const rank = perm.length;
  if (raw_data === undefined || dims[0] !== 2 * rank) return undefined;
  const pads = Array.from(new BigInt64Array(raw_data.slice().buffer), Number);
  const moved = [...perm, ...perm.map((axis) => axis + rank)].map((place) => pads[place] ?? 0);
  return { ...tensor, raw_data: int64Bytes(moved) };
}

function isToChannelsFirst(node: NodeProto): boolean {
  const perm = permOf(node);
  const expected = perm && axisPermutation('channelsLast', 'channelsFirst', perm.length);
  return expected !== undefined && expected.length > 2 && expected.join() === perm?.join();
}

function permOf(node: NodeProto): readonly number[] | undefined {
  return node.op_type === 'Transpose' ? intsOf(node, 'perm') : undefined;
}
