// The tracer: records a function at several sizes of its inputs, and finds the numbers in the record that depend on a size.

import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import type { Graph, Node, Output } from '../../train/graph/graph.ts';
import { withoutReading } from '../../train/graph/reading-kernels.ts';
import { tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { trace } from '../../train/graph/trace.ts';
import { BATCH, dynamicSize } from '../graph/dimensions.ts';
import { SIDES } from '../graph/size-advice.ts';
import {
  type Sizes,
  varyingFill,
  varyingNumbers,
  varyingRepeats,
  varyingWholes,
} from './varying-constants.ts';

export type InputType = 'float32' | 'int32' | 'uint8' | 'bool';

/** An input of a function: a size that may vary has a name, such as `N` or `height`. */
export interface InputSpec {
  readonly name: string;
  readonly type: InputType;
  readonly shape: readonly (number | string)[];
}

/** A recorded function; sizes that vary are written as dimensions.ts says. */
export interface TracedGraph extends Graph {
  /** Names of the varying sizes of the inputs. */
  readonly names: ReadonlyMap<number, string>;
  /** The value of each varying number in each trace: shows how one depends on another. */
  readonly samples: ReadonlyMap<number, readonly number[]>;
}

/** The size that every input has first: pictures of any number. */
export const ANY_NUMBER = 'N';

/**
 * Two values of height and of width to be tried in turn: small and odd, so that what is rounded shows; divisible by
 * many, for networks that halve and double; large, for networks that halve often.
 */
const SIZES = [
  [32, 71],
  [64, 128],
  [160, 352],
] as const;

const OTHER_SIZES = [12, 20] as const;

function samplesOf(name: string, sizes: readonly [number, number]): readonly [number, number] {
  if (name === ANY_NUMBER) return [2, 3];
  return SIDES.has(name) ? sizes : OTHER_SIZES;
}

/**
 * Records `fn`, which gets its inputs in the order of `inputs`. It is run at one choice of sizes, and again with each
 * varying size changed: a number of the record that changes with it depends on that size.
 *
 * @param variables - What `fn` depends on; they keep their names.
 * @throws UserError when the record depends on a size in a way that no graph can: it names op and size.
 */
export function traceModel(
  fn: (inputs: readonly Tensor[]) => Tensor[],
  inputs: readonly InputSpec[],
  variables: ReadonlyMap<string, Variable>,
): TracedGraph {
  const varying = [
    ...new Set(inputs.flatMap(({ shape }) => shape.filter((size) => typeof size === 'string'))),
  ];
  const tries = varying.some((name) => SIDES.has(name)) ? SIZES : SIZES.slice(0, 1);
  const failures: unknown[] = [];
  for (const sides of tries) {
    const choices = choicesOf(varying, sides);
    const graphs: Graph[] = [];
    try {
      for (const sizes of choices) graphs.push(traceAt(fn, inputs, variables, sizes));
    } catch (error) {
      failures.push(error);
      continue;
    }
    const sizes = createSizes(varying, choices);
    return { ...merge(graphs, sizes, varying), names: sizes.names, samples: sizes.samples };
  }
  throw failures[0];
}

/** One choice of all sizes, and for each of them one more in which only that size is different. */
function choicesOf(varying: readonly string[], sides: readonly [number, number]): Map<string, number>[] {
  const first = new Map(varying.map((name) => [name, samplesOf(name, sides)[0]]));
  // Without a varying size, twice: what differs nevertheless was drawn at random.
  if (varying.length === 0) return [first, first];
  return [first, ...varying.map((name) => new Map([...first, [name, samplesOf(name, sides)[1]]]))];
}

function traceAt(
  fn: (inputs: readonly Tensor[]) => Tensor[],
  inputs: readonly InputSpec[],
  variables: ReadonlyMap<string, Variable>,
  sizes: ReadonlyMap<string, number>,
): Graph {
  const made = inputs.map((spec) => ({ name: spec.name, tensor: example(spec, sizes) }));
  const tensors = made.map(({ tensor }) => tensor);
  try {
    return withoutReading(() => trace(() => fn(tensors), made, variables));
  } finally {
    tf.dispose(tensors);
  }
}

function example({ type, shape }: InputSpec, sizes: ReadonlyMap<string, number>): Tensor {
  const numbers = shape.map((size) => (typeof size === 'string' ? (sizes.get(size) ?? 1) : size));
  // Whole numbers may be divisors.
  if (type === 'int32') return tf.ones(numbers, type);
  if (type !== 'uint8') return tf.zeros(numbers, type);
  return uint8Tensor(new Uint8Array(sizeOf(numbers)), numbers);
}

function createSizes(varying: readonly string[], choices: readonly ReadonlyMap<string, number>[]): Sizes {
  const codes = new Map<string, number>();
  const names = new Map<number, string>();
  const samples = new Map<number, readonly number[]>();
  const codeOf = (values: readonly number[], batch: boolean) => {
    const key = values.join();
    const code = codes.get(key) ?? (batch ? BATCH : dynamicSize(codes.size));
    codes.set(key, code);
    samples.set(code, values);
    return code;
  };
  for (const name of varying) {
    const values = choices.map((sizes) => sizes.get(name) ?? 0);
    names.set(codeOf(values, name === ANY_NUMBER), name);
  }
  return {
    of: (values) => (values.every((value) => value === values[0]) ? (values[0] ?? 0) : codeOf(values, false)),
    names,
    samples,
  };
}

function merge(graphs: readonly Graph[], sizes: Sizes, varying: readonly string[]): Graph {
  const [first] = graphs;
  if (first === undefined) throw new Error('there is nothing to merge');
  const users = new Map(first.nodes.flatMap((node) => node.inputs.map((input) => [input, node] as const)));
  const differ = (what: string, at: number) => {
    const size = varying[at - 1];
    return new UserError(
      size === undefined
        ? `Two traces of the same function differ in ${what}: it draws random numbers or reads the clock, which would be frozen into the model. Trace it with \`training: false\`.`
        : `${what} depends on ${said(size)} in a way that a model file cannot hold. ${wayOut(size)}`,
    );
  };
  graphs.forEach(({ nodes }, at) => {
    if (nodes.length !== first.nodes.length)
      throw differ(`the number of ops (${first.nodes.length} and ${nodes.length})`, at);
  });
  const nodes = first.nodes.flatMap((node, i): Node[] => {
    const all = graphs.map((graph) => graph.nodes[i] ?? node);
    all.forEach((other, at) => {
      if (other.op !== node.op || other.inputs.join() !== node.inputs.join())
        throw differ(`op ${i}, ${node.op} or ${other.op},`, at);
      if (JSON.stringify(other.attributes) !== JSON.stringify(node.attributes))
        throw differ(`an attribute of ${describe(node)}`, at);
      if (node.outputs.some(({ shape }, k) => other.outputs[k]?.shape.length !== shape.length))
        throw differ(`the number of axes of ${describe(node)}`, at);
    });
    const outputs = node.outputs.map(({ dtype, shape }, k): Output => {
      const shapes = all.map(({ outputs }) => outputs[k]?.shape ?? []);
      return { dtype, shape: shape.map((_, axis) => sizes.of(shapes.map((each) => each[axis] ?? 0))) };
    });
    const merged: Node = { ...node, outputs };
    if (node.constant === undefined) return [merged];
    const constants = all.flatMap(({ constant }) => constant ?? []);
    const at = constants.findIndex(({ bytes }) => Buffer.compare(bytes, node.constant?.bytes ?? bytes) !== 0);
    if (at === -1) return [merged];
    const constant = varyingNumbers(node.constant, constants, sizes);
    if (constant !== undefined) return [{ ...merged, constant }];
    const filled =
      varyingFill(merged, constants) ??
      varyingWholes(merged, constants, sizes) ??
      varyingRepeats(merged, constants);
    if (filled !== undefined) return filled;
    throw differ(`a constant of ${describe(users.get(`${node.name}:0`) ?? node)}`, at);
  });
  return { ...first, nodes };
}

function said(size: string): string {
  return size === ANY_NUMBER ? 'the number of pictures' : `the ${size} of the input`;
}

function wayOut(size: string): string {
  return size === ANY_NUMBER
    ? "Compute it from the input's shape inside an op, or make it independent of the batch."
    : SIDES.has(size)
      ? 'Fix it: `--size 224`, or `--size 224x160` for height and width.'
      : 'Save the model with this size fixed: a number instead of null in the shape of its input.';
}

function describe(node: Node): string {
  return `${node.op} (${node.name}, output [${node.outputs[0]?.shape ?? ''}])`;
}
