// How far rounding alone moves a network's answers: its record is run again by TensorFlow with every number that any op
// gives off by a few units in the last place. Two programs that are both right may differ by so much, and by no more.
// Reference: Parker, "Monte Carlo Arithmetic", UCLA CSD-970002, 1997.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { sizeOf } from '../../models/shape.ts';
import { type Graph, type Node, type Output, parseReference } from '../../train/graph/graph.ts';
import { withoutReading } from '../../train/graph/reading-kernels.ts';
import { type State, stateOf } from '../../train/graph/state.ts';
import {
  backend,
  DataType,
  type EagerAttribute,
  eagerAttribute,
  executeOne,
  type TensorMetadata,
  tensorId,
  valuesById,
} from '../../train/graph/tensorflow.ts';
import { trace } from '../../train/graph/trace.ts';
import { dropUnused, eager, typed } from '../passes/fold.ts';
import type { Network } from '../trace/network.ts';
import { moveCoordinates } from './coordinates.ts';

/** Times that the network is run again. */
const REPLAYS = 3;

/** How far a number is moved at most, as a share of it: four units in the last place. */
const SHAKE = 2 ** -21;

/** Places from which on factors are taken. */
const PLACES = 4096;

/** Numbers with so many places after the point are exact in every program: sizes, indices, halves. They are not moved. */
const EXACT = 256;

/**
 * How far each answer moves, in the order of the network's outputs; none where the network cannot be recorded so. It is
 * infinite where rounding alone decides whether the answer is a number, as of log(1 - sigmoid(17)).
 * @param expected - What the network answers to `inputs`.
 */
export function roundingOf(
  network: Network,
  inputs: readonly { readonly name: string; readonly tensor: Tensor }[],
  expected: readonly ArrayLike<number>[],
): Float64Array[] | undefined {
  const tensors = inputs.map(({ tensor }) => tensor);
  let graph: Graph;
  try {
    graph = dropUnused(withoutReading(() => trace(() => network.run(tensors), inputs, network.variables)));
  } catch {
    return undefined;
  }
  const given = new Map(inputs.map(({ name, tensor }) => [name, tensorId(tensor)]));
  const state = stateOf(network.variables);
  const outputs = graph.outputs.map((reference, i) => {
    const values = expected[i] ?? [];
    const channels = resultOf(graph, reference).shape.at(-1) ?? 1;
    return { values, channels, spread: new Float64Array(values.length) };
  });
  for (let seed = 0; seed < REPLAYS; seed++) {
    let answers: ArrayLike<number>[];
    try {
      answers = replay(graph, state, given, seed);
    } catch {
      // An index that a rounding moves out of its array.
      continue;
    }
    for (const [i, { values, spread }] of outputs.entries()) widen(spread, values, answers[i] ?? []);
  }
  return outputs.map(({ spread, channels }) => atLeastTypical(spread, channels));
}

function widen(spread: Float64Array, expected: ArrayLike<number>, got: ArrayLike<number>): void {
  spread.forEach((most, i) => {
    const [before, after] = [Number(expected[i]), Number(got[i])];
    // Both may be infinite, or no number.
    if (Object.is(before, after)) return;
    const moved = Math.abs(before - after);
    spread[i] = Math.max(most, Number.isNaN(moved) ? Number.POSITIVE_INFINITY : moved);
  });
}

function resultOf(graph: Graph, reference: string): Output {
  const { name, index } = parseReference(reference);
  const found = graph.nodes.find((node) => node.name === name)?.outputs[index];
  if (found === undefined) throw new Error(`the record has no ${reference}`);
  return found;
}

/** Values of a channel below which its average says little. */
const FEW = 16;

/**
 * Few replays leave some number where it was by chance: each counts as moved by what is typical (the root mean square) of
 * its channel, since outputs often have other things in other channels, or of all where channels have few numbers.
 */
function atLeastTypical(spread: Float64Array, channels: number): Float64Array {
  const step = spread.length / channels >= FEW ? channels : 1;
  const squares = new Float64Array(step);
  spread.forEach((moved, i) => {
    if (Number.isFinite(moved)) squares[i % step] = (squares[i % step] ?? 0) + moved * moved;
  });
  const typical = squares.map((sum) => Math.sqrt(sum / (spread.length / step)));
  return spread.map((moved, i) => Math.max(moved, typical[i % step] ?? 0));
}

/** Runs a record op by op, every result shaken. */
function replay(
  graph: Graph,
  state: State,
  given: ReadonlyMap<string, number>,
  seed: number,
): ArrayLike<number>[] {
  const { binding } = backend;
  const ids = new Map<string, number>();
  const last = lastUses(graph);
  const kept = new Set([...given.values()]);
  const drop = (reference: string) => {
    const id = ids.get(reference);
    ids.delete(reference);
    if (id !== undefined && !kept.has(id)) binding.deleteTensor(id);
  };
  const shake = createShake(graph, seed);
  const resized = (made: TensorMetadata, node: Node, inputs: readonly number[]): number => {
    const [picture = ''] = node.inputs;
    const how = { share: SHAKE, exact: EXACT, seed };
    return moveCoordinates(node, made, resultOf(graph, picture), inputs, how);
  };
  try {
    graph.nodes.forEach((node, at) => {
      const inputs = node.inputs.map((reference) => idOf(ids, reference));
      run(node, inputs, state, given).forEach((metadata, i) => {
        const { dtype, shape } = metadata;
        const id = node.op === 'ResizeBilinear' ? resized(metadata, node, inputs) : metadata.id;
        ids.set(`${node.name}:${i}`, shake.apply({ id, dtype, shape }, node, at));
      });
      const ended = [...node.inputs, ...node.outputs.map((_, i) => `${node.name}:${i}`)];
      for (const reference of ended) if ((last.get(reference) ?? at) === at) drop(reference);
    });
    return graph.outputs.map((reference) => {
      const values = valuesById(binding, idOf(ids, reference), resultOf(graph, reference).dtype);
      return Array.from(values);
    });
  } finally {
    for (const reference of [...ids.keys()]) drop(reference);
    shake.dispose();
  }
}

function idOf(ids: ReadonlyMap<string, number>, reference: string): number {
  const id = ids.get(reference);
  if (id === undefined) throw new Error(`the record uses ${reference} before it is computed`);
  return id;
}

/** Where each value is used last; the outputs, never. */
function lastUses({ nodes, outputs }: Graph): Map<string, number> {
  const uses = nodes.flatMap(({ inputs }, at) => inputs.map((reference) => [reference, at] as const));
  return new Map([...uses, ...outputs.map((reference) => [reference, nodes.length] as const)]);
}

function run(
  { op, label = '', outputs, constant, attributes }: Node,
  ids: number[],
  state: State,
  given: ReadonlyMap<string, number>,
): TensorMetadata[] {
  const { binding } = backend;
  const [{ dtype, shape } = { dtype: DataType.float32, shape: [] }] = outputs;
  if (op === 'Input') return [{ id: given.get(label) ?? 0, dtype, shape: [...shape] }];
  if (op === 'Variable' || op === 'Const') {
    const values = op === 'Variable' ? state.get(label) : constant && typed(dtype, constant.bytes);
    return [
      { id: binding.createTensor(shape, dtype, values ?? new Float32Array()), dtype, shape: [...shape] },
    ];
  }
  const named = Object.entries(attributes).map(([name, value]) => eager(name, value));
  if (SUMS.has(op) && dtype === DataType.float32) return [sumInDouble(op, named, ids)];
  return binding.executeOp(op, named, ids, outputs.length);
}

/** Ops that add up numbers of a whole axis. */
const SUMS = new Set(['Sum', 'Mean']);

/** TensorFlow's number for its type of 64 bits, which tfjs does not have. */
const FLOAT64 = 2;

/**
 * A sum as it is without rounding: each of thousands of additions rounds, in an order that every program has of its own.
 * TensorFlow's mean over 512x512 pixels is off by 1e-5 of itself, and by 3e-4 where the same few numbers recur.
 */
function sumInDouble(
  op: string,
  named: readonly EagerAttribute[],
  [x = 0, axes = 0]: number[],
): TensorMetadata {
  const run = (name: string, attributes: EagerAttribute[], inputs: number[]) =>
    executeOne(backend.binding, name, attributes, inputs);
  const to = (type: number) => [eagerAttribute.type('DstT', type)];
  const exact = run('Cast', to(FLOAT64), [x]);
  const sum = run(op, [...named], [exact.id, axes]);
  const result = run('Cast', to(DataType.float32), [sum.id]);
  for (const { id } of [exact, sum]) backend.binding.deleteTensor(id);
  return result;
}

/** Ops whose results are some of their inputs' numbers: they round nothing. */
const MOVES =
  /^(Reshape|Transpose|Squeeze|ExpandDims|Pad|PadV2|MirrorPad|ConcatV2|Pack|Unpack|Split|SplitV|Slice|StridedSlice|Gather.*|Tile|BroadcastTo|Reverse.*|Identity|Relu|Relu6|MaxPool|MaxPool3D|Max|Min|Maximum|Minimum|Neg|Abs|Select|SelectV2|TopK.*|Floor|Ceil|Round|Sign|ResizeNearestNeighbor|DepthToSpace|SpaceTo.*|BatchToSpaceND|Fill|ZerosLike|OnesLike)$/;

/**
 * Ops whose results are sums of many products, or approximated: none of them is a size or an index, and where they are
 * exact it is by chance, such as the 1 of a sigmoid, which another program may give as the number before.
 */
const INEXACT = /Conv|MatMul|FusedBatchNorm|Sigmoid|Tanh|Exp|Log|Softmax|Softplus|Sqrt|Erf|Pow|Elu/;

/** Ops whose results TensorFlow makes 0 where they are smaller than every number but denormals; others give those. */
const UNDERFLOWS = /^(Exp|Sigmoid|Softmax|Softplus|Pow|Erfc)$/;

/** The smallest float32 that is no denormal. */
const SMALLEST = 2 ** -126;

interface Shake {
  /** The id of the same tensor with each of its numbers moved; a tensor that is no input is gone then. */
  apply(made: TensorMetadata, node: Node, place: number): number;
  dispose(): void;
}

/** Factors next to 1 are drawn once; each result takes them from another place on. */
function createShake({ nodes }: Graph, seed: number): Shake {
  const { binding } = backend;
  // TensorFlow finds the types of operands by itself.
  const apply = (op: string, ...inputs: number[]) => executeOne(binding, op, [], inputs).id;
  const numbers = (...values: number[]) =>
    binding.createTensor([values.length], DataType.int32, Int32Array.from(values));
  const number = (value: number) => binding.createTensor([], DataType.float32, Float32Array.of(value));
  const largest = Math.max(...nodes.flatMap(({ outputs }) => outputs.map(({ shape }) => sizeOf(shape))));
  const [size, seeds, range, middle, exact, smallest] = [
    numbers(largest + PLACES),
    numbers(seed, 1),
    number(2 * SHAKE),
    number(1 - SHAKE),
    number(EXACT),
    number(SMALLEST),
  ] as const;
  const uniform = apply('StatelessRandomUniform', size, seeds);
  const scaled = apply('Mul', uniform, range);
  const factors = apply('AddV2', scaled, middle);
  for (const id of [size, seeds, range, middle, uniform, scaled]) binding.deleteTensor(id);
  return {
    apply({ id, dtype, shape }, { op }, place) {
      const count = sizeOf(shape);
      if (dtype !== DataType.float32 || MOVES.test(op)) return id;
      const [begin, length, dims] = [numbers((place * 7919) % PLACES), numbers(count), numbers(...shape)];
      const some = apply('Slice', factors, begin, length);
      const factor = apply('Reshape', some, dims);
      const moved = apply('Mul', id, factor);
      const used = [begin, length, dims, some, factor];
      let result = moved;
      if (UNDERFLOWS.test(op)) {
        result = apply('AddV2', moved, smallest);
        used.push(moved);
      } else if (!INEXACT.test(op)) {
        const grown = apply('Mul', id, exact);
        const rounded = apply('Round', grown);
        const isExact = apply('Equal', grown, rounded);
        result = apply('SelectV2', isExact, id, moved);
        used.push(grown, rounded, isExact, moved);
      }
      if (op !== 'Input') used.push(id);
      for (const each of used) binding.deleteTensor(each);
      return result;
    },
    dispose() {
      for (const id of [factors, exact, smallest]) binding.deleteTensor(id);
    },
  };
}
