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

/** Products with a weight; those of onnxruntime's own domain stand in files that it has optimized. */
const DENSE = new Set(['Gemm', 'MatMul', 'FusedGemm', 'FusedMatMul']);

const POOLS = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'AveragePool', 'ReduceMean']);

/**
 * The value that the last dense layer takes; in a network without one, what the last pooling over places gives; in one
 * without that, its output.
 */
export function findFeatures(graph: GraphProto): string {
  const { dependent, producers } = linksOf(graph);
  for (const { name } of graph.output) {
    const { taken } = lookBehind(name, producers, dependent);
    if (taken !== undefined) return taken;
  }
  const last = graph.output[0]?.name ?? '';
  const pools = graph.node.filter(
    ({ op_type, output: [name = ''] }) => POOLS.has(op_type) && dependent.has(name),
  );
  return pools.at(-1)?.output[0] ?? last;
}

/**
 * The same, where it is something else than picture and answer.
 *
 * @param input - the name of the picture.
 * @returns undefined for a graph in which nothing but the answer depends on the picture.
 */
export function featuresWithin(graph: GraphProto, input: string): string | undefined {
  const taken = findFeatures(graph);
  const answers = graph.output.map(({ name }) => name);
  if (!dependentsOf(graph, input).has(taken) || taken === input || answers.includes(taken)) return undefined;
  return taken;
}

/**
 * The values that are an output in another scale or shape, from that output back, such as the pooled maps of a class each behind a
 * softmax.
 */
export function formsOf(graph: GraphProto, output: string): readonly string[] {
  const { dependent, producers } = linksOf(graph);
  return lookBehind(output, producers, dependent).same;
}

interface Links {
  readonly dependent: ReadonlySet<string>;
  readonly producers: ReadonlyMap<string, NodeProto>;
}

/** Which values depend on the picture, and which node makes each. */
function linksOf(graph: GraphProto): Links {
  const [input] = inputsOf(graph);
  return { dependent: dependentsOf(graph, input?.name ?? ''), producers: producersOf(graph) };
}

/** Goes back from an output: to what its dense layer takes, through values that are the output in another form. */
function lookBehind(
  output: string,
  producers: Links['producers'],
  dependent: Links['dependent'],
): { readonly taken?: string; readonly same: readonly string[] } {
  const same = [output];
  let name = output;
  for (;;) {
    const node = producers.get(name);
    const computed = node?.input.filter((each) => dependent.has(each)) ?? [];
    const [first] = computed;
    if (node === undefined || first === undefined) return { same };
    if (node.op_type === 'MatMulInteger') return { ...floatsOf(node, producers), same };
    if (DENSE.has(node.op_type) && computed.length === 1 && node.input[0] === first)
      return { taken: first, same };
    if (!PASSING.has(node.op_type)) return { same };
    name = first;
    same.push(name);
  }
}

/** What a product of whole numbers was rounded from, in files that onnxruntime has quantized dynamically. */
function floatsOf({ input: [rounded = ''] }: NodeProto, producers: Links['producers']): { taken?: string } {
  const node = producers.get(rounded);
  const taken = node?.op_type === 'DynamicQuantizeLinear' ? node.input[0] : undefined;
  return taken === undefined ? {} : { taken };
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
