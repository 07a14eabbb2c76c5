// Finds the layers of an ONNX network whose results are maps: convolutions and poolings over height and width.
import { intsOf } from './attribute.ts';
import { constantsOf } from './constants.ts';
import { readsOf } from './reads.ts';
import { dependentsOf } from './subgraph.ts';
import type { GraphProto, NodeProto } from './types.ts';

export interface LayerPlace {
  /** The name of its node. */
  readonly name: string;
  readonly kind: 'convolution' | 'pooling';
  /** The value in the graph, `[N,C,H,W]`: what the node gives, after the normalization and the activation that follow it. */
  readonly value: string;
}

const KINDS: Readonly<Record<string, LayerPlace['kind']>> = {
  Conv: 'convolution',
  MaxPool: 'pooling',
  AveragePool: 'pooling',
};

/** Ops that give each number for itself, of which normalizations and activations are made. */
const ELEMENTWISE = new Set(
  'BatchNormalization InstanceNormalization Identity Add Sub Mul Div Pow Neg Exp Sqrt Relu LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Clip Min Max Sigmoid HardSigmoid HardSwish Softplus Softsign Tanh Erf Gelu Mish Swish QuantizeLinear DequantizeLinear'.split(
    ' ',
  ),
);

/**
 * The layers in the order of the graph.
 *
 * @param input - the name of the picture.
 */
export function findLayers(graph: GraphProto, input: string): LayerPlace[] {
  const weights = constantsOf(graph);
  const dependent = dependentsOf(graph, input);
  const answers = new Set(graph.output.map(({ name }) => name));
  return graph.node.flatMap((node, at) => {
    const kind = KINDS[node.op_type];
    const [first] = node.output;
    if (kind === undefined || first === undefined || !dependent.has(first)) return [];
    const sides = intsOf(node, 'kernel_shape') ?? weights.get(node.input[1] ?? '')?.dims.slice(2) ?? [];
    if (sides.length !== 2) return [];
    const value = activated(graph.node.slice(at + 1), first, dependent);
    return answers.has(value) ? [] : [{ name: node.name || first, kind, value }];
  });
}

/** The last value that is made of `start` and constants alone, one number of each. */
function activated(after: readonly NodeProto[], start: string, dependent: ReadonlySet<string>): string {
  const own = new Set([start]);
  let last = start;
  for (const node of after) {
    const [output = ''] = node.output;
    const computed = readsOf(node).filter((name) => dependent.has(name));
    if (!ELEMENTWISE.has(node.op_type) || computed.length === 0) continue;
    if (!computed.every((name) => own.has(name))) continue;
    own.add(output);
    if (node.op_type !== 'QuantizeLinear') last = output;
  }
  return last;
}
