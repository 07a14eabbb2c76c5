// A pass: products and convolutions in bfloat16, and every activation between them; weights and statistics stay float32.
import { type Attribute, type Graph, type Node, type Output, parseReference } from './graph.ts';
import { DataType } from './tensorflow.ts';

const { bfloat16, float32 } = DataType;

/** Ops whose arithmetic is worth casting for: oneDNN runs them on AVX512_BF16 and AMX units. */
const HEAVY = new Set([
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNative',
  'MatMul',
  'BatchMatMulV2',
]);

/** Ops that keep the type of what they are given, and which of their inputs and outputs are activations. */
const FOLLOWING: Readonly<Record<string, { inputs?: readonly number[]; outputs?: readonly number[] }>> = {
  Relu: {},
  ReluGrad: {},
  Relu6: {},
  Relu6Grad: {},
  TrainyardGelu: {},
  TrainyardGeluGrad: {},
  // The sums over the bias's places, the kernel and its gradient are float32.
  TrainyardRelu6BiasGrad: { outputs: [0] },
  TrainyardDepthwiseGrad: { inputs: [0, 2], outputs: [0] },
  MaxPool: {},
  MaxPoolGrad: {},
  BiasAdd: {},
  BiasAddGrad: {},
  Add: {},
  AddV2: {},
  // The second input is a shape.
  Reshape: { inputs: [0] },
  Transpose: { inputs: [0] },
  // Scale, offset and statistics are float32 (attribute U).
  FusedBatchNormV3: { inputs: [0], outputs: [0] },
  FusedBatchNormGradV3: { inputs: [0, 1], outputs: [0] },
};

/**
 * Rewrites a float32 graph for mixed precision. Casts stand at the border: where a heavy op takes a float32 value,
 * and where any other op takes a bfloat16 one. Losses, gradients of weights as the optimizer sees them, and
 * variables are float32. Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740, section 3.1 (master weights).
 */
export function toBfloat16(graph: Graph): Graph {
  const nodes: Node[] = [];
  const types = new Map<string, number>();
  const shapes = new Map<string, readonly number[]>();
  const casts = new Map<string, string>();

  const push = (node: Node) => {
    nodes.push(node);
    for (const [i, { dtype, shape }] of node.outputs.entries()) {
      types.set(`${node.name}:${i}`, dtype);
      shapes.set(`${node.name}:${i}`, shape);
    }
  };
  /** `reference` in another floating type; one cast serves all who want it. */
  const as = (reference: string, dtype: number): string => {
    const type = types.get(reference);
    if (type === dtype || (type !== float32 && type !== bfloat16)) return reference;
    const key = `${reference}/${dtype}`;
    const known = casts.get(key);
    if (known !== undefined) return known;
    const { name, index } = parseReference(reference);
    const cast = `${name}_${index}/as${dtype}`;
    const attributes = { SrcT: { type }, DstT: { type: dtype }, Truncate: { b: false } };
    push({
      name: cast,
      op: 'Cast',
      inputs: [reference],
      attributes,
      outputs: [{ dtype, shape: shapes.get(reference) ?? [] }],
    });
    casts.set(key, `${cast}:0`);
    return `${cast}:0`;
  };

  for (const node of graph.nodes) {
    const role = roleOf(node, (reference) => types.get(reference) === bfloat16);
    if (role === undefined) {
      push({ ...node, inputs: node.inputs.map((reference) => as(reference, float32)) });
      continue;
    }
    const isIn = (places: readonly number[] | undefined, i: number) =>
      places === undefined || places.includes(i);
    push({
      ...node,
      inputs: node.inputs.map((reference, i) => as(reference, isIn(role.inputs, i) ? bfloat16 : float32)),
      attributes: withType(node.attributes),
      outputs: node.outputs.map(
        (output, i): Output => (isIn(role.outputs, i) ? { ...output, dtype: bfloat16 } : output),
      ),
    });
  }
  const updates = new Map([...graph.updates].map(([name, reference]) => [name, as(reference, float32)]));
  const outputs = graph.outputs.map((reference) => as(reference, float32));
  return { nodes, outputs, updates };
}

/** Which inputs and outputs of `node` become bfloat16; undefined when the node stays as it is. */
function roleOf(
  node: Node,
  isBfloat16: (reference: string) => boolean,
): (typeof FOLLOWING)[string] | undefined {
  if (node.outputs[0]?.dtype !== float32) return undefined;
  if (HEAVY.has(node.op)) return {};
  const following = FOLLOWING[node.op];
  if (following === undefined) return undefined;
  const activations = following.inputs?.map((i) => node.inputs[i] ?? '') ?? node.inputs;
  // An addition of a float32 value, such as a weight's decay, is no activation.
  return node.op.startsWith('Add')
    ? activations.every(isBfloat16)
      ? following
      : undefined
    : activations.some(isBfloat16)
      ? following
      : undefined;
}

function withType(attributes: Readonly<Record<string, Attribute>>): Record<string, Attribute> {
  return { ...attributes, T: { type: bfloat16 } };
}
