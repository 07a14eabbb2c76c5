// Traces a function twice and compares the records, so that nothing that changes between calls is baked in.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { FrozenDraw, withoutDraws } from './draws.ts';
import type { Attribute, Constant, Graph, Node, Output } from './graph.ts';
import { DataType, tf } from './tensorflow.ts';
import { type TraceInput, trace } from './trace.ts';

/** Builds the arguments of a trace for one batch size. */
export type MakeInputs = (batch: number) => TraceInput[];

/** A function to record: it gets the inputs by name and returns tensors. */
export type Traceable = (inputs: Record<string, Tensor>) => Tensor[];

/**
 * Records `fn` for one fixed batch size.
 * @throws FrozenDraw when `fn` draws by tfjs's random functions, or when two records of the same call differ, as they do
 * when a number is drawn by `Math.random`.
 */
export function traceFixed(
  fn: Traceable,
  makeInputs: MakeInputs,
  batch: number,
  variables: ReadonlyMap<string, Variable>,
): Graph {
  const [first, second] = [batch, batch].map((n) =>
    withoutDraws(() => traceAt(fn, makeInputs(n), variables)),
  ) as [Graph, Graph];
  return merge(first, second, (a, b, node) => {
    if (equalBytes(a.bytes, b.bytes)) return a;
    throw new FrozenDraw(
      `two traces of the same function differ in a constant of ${describe(node)}: it draws random numbers or reads the clock in JavaScript (Math.random, Date), which would be frozen into the graph.`,
    );
  });
}

/**
 * Records `fn` for any batch size: traces at 2 and at 3, and takes what went from 2 to 3 for the batch.
 * In the result the batch is -1 in shapes and in integer constants.
 * @throws Error when something else depends on the batch size; it names the op.
 */
export function traceDynamic(
  fn: Traceable,
  makeInputs: MakeInputs,
  variables: ReadonlyMap<string, Variable>,
): Graph {
  const [two, three] = [2, 3].map((n) => traceAt(fn, makeInputs(n), variables)) as [Graph, Graph];
  return merge(two, three, (a, b, node) => {
    if (equalBytes(a.bytes, b.bytes)) return a;
    const dynamic = a.dtype === DataType.int32 ? dynamicIntegers(int32(a.bytes), int32(b.bytes)) : undefined;
    if (dynamic !== undefined) return { ...a, bytes: new Uint8Array(dynamic.buffer) };
    throw new Error(
      `a constant of ${describe(node)} depends on the batch size, so the graph would serve one batch size only. Compute it from the input's shape inside an op, or make it independent of the batch.`,
    );
  });
}

function traceAt(fn: Traceable, inputs: TraceInput[], variables: ReadonlyMap<string, Variable>): Graph {
  const named = Object.fromEntries(inputs.map(({ name, tensor }) => [name, tensor]));
  const graph = trace(() => fn(named), inputs, variables);
  tf.dispose(named);
  return graph;
}

type MergeConstants = (a: Constant, b: Constant, user: Node) => Constant;

function merge(a: Graph, b: Graph, constants: MergeConstants): Graph {
  const users = new Map(a.nodes.flatMap((node) => node.inputs.map((input) => [input, node] as const)));
  if (a.nodes.length !== b.nodes.length)
    throw new Error(
      `two traces ran ${a.nodes.length} and ${b.nodes.length} ops: the function is not the same every time`,
    );
  const nodes = a.nodes.map((node, i): Node => {
    const other = b.nodes[i];
    if (other === undefined || node.op !== other.op || node.inputs.join() !== other.inputs.join())
      throw new Error(`two traces differ at op ${i}: ${node.op} and ${other?.op}`);
    const merged: Node = {
      ...node,
      attributes: mergeAttributes(node, other),
      outputs: node.outputs.map((output, k): Output => {
        const shape = dynamicIntegers(output.shape, other.outputs[k]?.shape ?? []);
        if (shape === undefined)
          throw new Error(`${describe(node)} has a shape that depends on the batch in more than its size`);
        return { dtype: output.dtype, shape: Array.from(shape) };
      }),
    };
    if (node.constant !== undefined && other.constant !== undefined)
      merged.constant = constants(node.constant, other.constant, users.get(`${node.name}:0`) ?? node);
    return merged;
  });
  return { ...a, nodes };
}

function mergeAttributes(node: Node, other: Node): Record<string, Attribute> {
  for (const [name, value] of Object.entries(node.attributes))
    if (JSON.stringify(value) !== JSON.stringify(other.attributes[name]))
      throw new Error(`attribute ${name} of ${describe(node)} differs between two traces`);
  return { ...node.attributes };
}

/** Integers where what grew from 2k to 3k is -1; undefined when they differ otherwise or more than once. */
function dynamicIntegers(two: ArrayLike<number>, three: ArrayLike<number>): Int32Array | undefined {
  if (two.length !== three.length) return undefined;
  const result = Int32Array.from(two);
  let dynamic = 0;
  for (let i = 0; i < result.length; i++) {
    const [a, b] = [two[i] ?? 0, three[i] ?? 0];
    if (a === b) continue;
    if (a * 3 !== b * 2 || ++dynamic > 1) return undefined;
    result[i] = -1;
  }
  return result;
}

function int32(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.slice().buffer);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function describe(node: Node): string {
  return `${node.op} (${node.name}, output ${JSON.stringify(node.outputs[0]?.shape ?? [])})`;
}
