// Finds in an ONNX classifier what a head can be trained on, and how its pictures are laid out in memory.
import { intOf, intsOf } from './attribute.ts';
import { constantsOf } from './constants.ts';
import { inputsOf } from './reads.ts';
import { dependentsOf, producersOf } from './subgraph.ts';
import type { GraphProto, NodeProto } from './types.ts';

/** Ops between the last dense layer and the answer, through which its result passes. */
const PASSING = new Set(
  'Softmax LogSoftmax Sigmoid Identity Cast Add Sub Mul Div Exp Clip Reshape Flatten Squeeze Unsqueeze QuantizeLinear DequantizeLinear'.split(
    ' ',
  ),
);

const DENSE = new Set(['Gemm', 'MatMul']);

const POOLS = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'AveragePool', 'ReduceMean']);

/**
 * The value that the last dense layer takes; in a network without one, what the last pooling over places gives; in one
 * without that, its output.
 */
export function findFeatures(graph: GraphProto): string {
  const [input] = inputsOf(graph);
  const dependent = dependentsOf(graph, input?.name ?? '');
  const producers = producersOf(graph);
  for (const { name } of graph.output) {
    const dense = lastDense(name, producers, dependent);
    if (dense !== undefined) return dense;
  }
  const last = graph.output[0]?.name ?? '';
  const pools = graph.node.filter(
    ({ op_type, output: [name = ''] }) => POOLS.has(op_type) && dependent.has(name),
  );
  return pools.at(-1)?.output[0] ?? last;
}

function lastDense(
  output: string,
  producers: ReadonlyMap<string, NodeProto>,
  dependent: ReadonlySet<string>,
): string | undefined {
  let name = output;
  for (;;) {
    const node = producers.get(name);
    const computed = node?.input.filter((each) => dependent.has(each)) ?? [];
    const [first] = computed;
    if (node === undefined || first === undefined) return undefined;
    if (DENSE.has(node.op_type) && computed.length === 1 && node.input[0] === first) return first;
    if (!PASSING.has(node.op_type)) return undefined;
    name = first;
  }
}

/** What the first convolution, or a transposition before it, tells of the pictures that a graph takes. */
export interface Seen {
  readonly layout: 'nchw' | 'nhwc';
  readonly channels?: number;
}

/** Ops that leave the order of axes as it is. */
const ELEMENTWISE = new Set('Cast Identity Add Sub Mul Div Pad QuantizeLinear DequantizeLinear'.split(' '));

/** Follows the picture to the first op that knows its axes; undefined if none does. */
export function seenBy(graph: GraphProto, input: string): Seen | undefined {
  const weights = constantsOf(graph);
  let name = input;
  for (const each of graph.node) {
    if (!each.input.includes(name)) continue;
    const { op_type, output } = each;
    if (op_type === 'Conv') {
      const { dims: [, perGroup] = [] } = weights.get(each.input[1] ?? '') ?? {};
      const group = intOf(each, 'group') ?? 1;
      return { layout: 'nchw', ...(perGroup !== undefined && { channels: perGroup * group }) };
    }
    if (op_type === 'Transpose') {
      const order = intsOf(each, 'perm')?.join();
      return order === '0,3,1,2' ? { layout: 'nhwc' } : undefined;
    }
    if (!ELEMENTWISE.has(op_type)) return undefined;
    name = output[0] ?? '';
  }
  return undefined;
}
