// A pass: both gradients of a depthwise convolution as one op, by our own kernel for CPUs (depthwise.cc).
import { LANES } from './fused-relu6.ts';
import { type Attribute, type Graph, type Node, withRenamed } from './graph.ts';
import { DataType } from './tensorflow.ts';

const OF_INPUT = 'DepthwiseConv2dNativeBackpropInput';
const OF_KERNEL = 'DepthwiseConv2dNativeBackpropFilter';

/**
 * Rewrites pairs of `DepthwiseConv2dNativeBackpropFilter(x, sizes, dy)` and `DepthwiseConv2dNativeBackpropInput(sizes, K,
 * dy)`: 3x3 and 5x5 kernels, strides of 1 and 2, padding `SAME`, channels in multiples of 16. The kernel stays float32 where
 * the rest is bfloat16, and so does its gradient.
 */
export function depthwiseGradientsFused(graph: Graph): Graph {
  const byChange = new Map(
    graph.nodes.flatMap((node) => (node.op === OF_INPUT ? [[node.inputs[2] ?? '', node] as const] : [])),
  );
  /** What stands in the place of the first of a pair, and of the second. */
  const instead = new Map<Node, Node[]>();
  const renamed = new Map<string, string>();
  const places = new Map(graph.nodes.map((node, i) => [node, i]));
  for (const ofKernel of graph.nodes) {
    const [x = '', , dy = ''] = ofKernel.inputs;
    const ofInput = byChange.get(dy);
    const stride = strideOf(ofKernel);
    if (ofKernel.op !== OF_KERNEL || ofInput === undefined || stride === undefined) continue;
    if (strideOf(ofInput) !== stride) continue;
    const fused: Node = {
      name: `${ofKernel.name}/both`,
      op: 'TrainyardDepthwiseGrad',
      inputs: [x, ofInput.inputs[1] ?? '', dy],
      attributes: { T: { type: DataType.float32 }, stride: { i: stride } },
      outputs: [...ofInput.outputs, ...ofKernel.outputs],
    };
    const isFirst = (places.get(ofKernel) ?? 0) < (places.get(ofInput) ?? 0);
    instead.set(ofKernel, isFirst ? [fused] : []);
    instead.set(ofInput, isFirst ? [] : [fused]);
    renamed.set(`${ofInput.name}:0`, `${fused.name}:0`);
    renamed.set(`${ofKernel.name}:0`, `${fused.name}:1`);
  }
  return withRenamed(
    { ...graph, nodes: graph.nodes.flatMap((node) => instead.get(node) ?? [node]) },
    renamed,
  );
}

/** The stride of a gradient that our kernel computes; undefined for others. */
function strideOf({ op, outputs: [output], attributes }: Node): number | undefined {
  const ints = (attribute: Attribute | undefined) =>
    attribute && 'ints' in attribute ? attribute.ints : undefined;
  const { strides, dilations, padding, data_format: layout } = attributes;
  const [n, down, across, c] = ints(strides) ?? [];
  const [rows = 0, columns, channels = 0, multiplier] = output?.shape ?? [];
  const isKernelKnown =
    op !== OF_KERNEL || ((rows === 3 || rows === 5) && columns === rows && multiplier === 1);
  const isKnown =
    isKernelKnown &&
    (op === OF_KERNEL ? channels : (multiplier ?? 0)) % LANES === 0 &&
    n === 1 &&
    c === 1 &&
    (down === 1 || down === 2) &&
    across === down &&
    (ints(dilations) ?? []).every((dilation) => dilation === 1) &&
    padding !== undefined &&
    's' in padding &&
    padding.s === 'SAME' &&
    (layout === undefined || ('s' in layout && layout.s === 'NHWC'));
  return isKnown ? down : undefined;
}
