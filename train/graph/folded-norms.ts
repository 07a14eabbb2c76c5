// A pass: a batch norm by kept statistics is no op of its own, but a scale of the convolution's kernel before it and a bias.
import {
  type Attribute,
  type Constant,
  type Graph,
  type Node,
  type Output,
  usersOf,
  withRenamed,
} from './graph.ts';
import { DataType } from './tensorflow.ts';

const { float32, int32 } = DataType;

/** A batch norm, the convolution that it normalizes, and where there is a gradient, the ops that it runs through. */
interface Folded {
  readonly norm: Node;
  readonly convolution: Node;
  readonly gradient?: Node | undefined;
  /** `Conv2DBackpropFilter`, or what it is called for depthwise ones. */
  readonly ofKernel?: Node | undefined;
  /** `Conv2DBackpropInput`; the first convolution has none. */
  readonly ofInput?: Node | undefined;
}

/**
 * Rewrites `FusedBatchNormV3(Conv2D(x, K))` that does not look at the batch as `BiasAdd(Conv2D(x, K * s), beta - mean * s)`
 * with `s = gamma / sqrt(variance + epsilon)`, for depthwise convolutions as well (Jacob et al. 2018,
 * https://arxiv.org/abs/1712.05877, section 3.2), and its gradient accordingly: with `G` that of the scaled kernel and `b`
 * that of the bias, those of kernel, gamma and beta are `G * s`, `(sum(G * K) - mean * b) / sqrt(variance + epsilon)` and
 * `b`. So nothing is computed per pixel but a bias, and what the convolution made need not be kept for the gradient.
 */
export function normsFolded(graph: Graph): Graph {
  const found = foldedIn(graph);
  /** What stands in the place of a node. */
  const instead = new Map<Node, readonly Node[]>();
  const renamed = new Map<string, string>();
  for (const folded of found) {
    const { norm, convolution, gradient, ofKernel, ofInput } = folded;
    const [forward, scales] = forwardOf(folded);
    instead.set(convolution, []);
    instead.set(norm, forward);
    if (gradient === undefined || ofKernel === undefined) continue;
    const [dy = ''] = gradient.inputs;
    const backward = gradientOf(folded, scales, dy);
    instead.set(gradient, [backward.bias]);
    instead.set(ofKernel, backward.kernel);
    if (ofInput !== undefined) {
      const [sizes = '', , ...rest] = ofInput.inputs;
      const inputs = [sizes, scales.kernel, dy, ...rest.slice(1)];
      instead.set(ofInput, [{ ...ofInput, inputs }]);
    }
    renamed.set(`${gradient.name}:1`, backward.gamma);
    renamed.set(`${gradient.name}:2`, `${backward.bias.name}:0`);
  }
  return withRenamed(
    { ...graph, nodes: graph.nodes.flatMap((node) => instead.get(node) ?? [node]) },
    renamed,
  );
}

const KERNELS: Readonly<Record<string, readonly [ofKernel: string, ofInput: string]>> = {
  Conv2D: ['Conv2DBackpropFilter', 'Conv2DBackpropInput'],
  DepthwiseConv2dNative: ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'],
};

/** The batch norms that can be folded: nothing but they and their gradients reads what the convolutions made. */
function foldedIn(graph: Graph): Folded[] {
  const users = usersOf(graph);
  const readers = new Map<string, Node[]>();
  const makers = new Map<string, Node>();
  for (const node of graph.nodes) {
    for (const [i] of node.outputs.entries()) makers.set(`${node.name}:${i}`, node);
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const count = (reference: string) => users.get(reference) ?? 0;
  return graph.nodes.flatMap((norm): Folded[] => {
    const [x = ''] = norm.inputs;
    const convolution = makers.get(x);
    const ops = KERNELS[convolution?.op ?? ''];
    if (!isKept(norm, 'FusedBatchNormV3') || convolution === undefined || ops === undefined) return [];
    const rest = norm.outputs.slice(1).flatMap((_, i) => readers.get(`${norm.name}:${i + 1}`) ?? []);
    const others = new Set([...(readers.get(x) ?? []), ...rest].filter((node) => node !== norm));
    if (others.size === 0) return count(x) === 1 ? [{ norm, convolution }] : [];
    const [gradient] = others;
    if (gradient === undefined || others.size > 1 || !isKept(gradient, 'FusedBatchNormGradV3')) return [];
    const through = readers.get(`${gradient.name}:0`) ?? [];
    const ofKernel = through.find(({ op }) => op === ops[0]);
    const ofInput = through.find(({ op }) => op === ops[1]);
    const known = [ofKernel, ofInput].filter((node) => node !== undefined);
    const isWhole =
      ofKernel !== undefined &&
      gradient.inputs[1] === x &&
      count(x) === 2 &&
      count(`${gradient.name}:0`) === known.length &&
      (ofInput === undefined || ofInput.inputs[1] === convolution.inputs[1]) &&
      ofKernel.inputs[0] === convolution.inputs[0];
    return isWhole ? [{ norm, convolution, gradient, ofKernel, ofInput }] : [];
  });
}

function isKept({ op, attributes: { is_training: training } }: Node, wanted: string): boolean {
  return op === wanted && training !== undefined && 'b' in training && !training.b;
}

/** References to what a kernel is multiplied with, per output channel, in two shapes, and to what comes of it. */
interface Scales {
  /** `1 / sqrt(variance + epsilon)`, `[C]`. */
  readonly deviation: string;
  /** `gamma` times that, in the shape in which the kernel is multiplied. */
  readonly scale: string;
  /** The kernel, scaled. */
  readonly kernel: string;
}

function forwardOf({ norm, convolution }: Folded): [nodes: Node[], scales: Scales] {
  const [, gamma = '', beta = '', mean = '', variance = ''] = norm.inputs;
  const [x = '', kernel = ''] = convolution.inputs;
  const channels = norm.outputs[0]?.shape[3] ?? 0;
  const { nodes, add, constant } = nodesBelow(norm.name);
  const vector = [channels];
  const { epsilon } = norm.attributes;
  const small = constant('epsilon', Float32Array.of(epsilon && 'f' in epsilon ? epsilon.f : 0), []);
  const deviation = add('deviation', 'Rsqrt', [add('sum', 'AddV2', [variance, small], vector)], vector);
  const scale = add('scale', 'Mul', [gamma, deviation], vector);
  const bias = add('bias', 'Sub', [beta, add('mean', 'Mul', [mean, scale], vector)], vector);
  const isDepthwise = convolution.op !== 'Conv2D';
  // A depthwise kernel is [k,k,C,1].
  const shape = isDepthwise ? [channels, 1] : vector;
  const inShape = isDepthwise
    ? add('column', 'Reshape', [scale, constant('shape', Int32Array.of(...shape), [2])], shape, {
        Tshape: { type: int32 },
      })
    : scale;
  const scaled = add('kernel', 'Mul', [kernel, inShape], kernelShape(convolution, channels));
  const convolved = { ...convolution, inputs: [x, scaled] };
  const outputs = norm.outputs.slice(0, 1);
  const attributes = { T: { type: float32 }, data_format: { s: 'NHWC' } };
  const inputs = [`${convolution.name}:0`, bias];
  return [
    [...nodes, convolved, { name: norm.name, op: 'BiasAdd', inputs, attributes, outputs }],
    { deviation, scale: inShape, kernel: scaled },
  ];
}

/** What is known of a kernel's shape here: its channels, which is all that passes ask for. */
function kernelShape({ op }: Node, channels: number): number[] {
  return op === 'Conv2D' ? [1, 1, 1, channels] : [1, 1, channels, 1];
}

function gradientOf(
  { norm, convolution, gradient, ofKernel }: Folded,
  { deviation, scale }: Scales,
  dy: string,
): { bias: Node; kernel: Node[]; gamma: string } {
  const [, , , mean = ''] = norm.inputs;
  const { name = '', outputs: [kernel] = [] } = ofKernel ?? {};
  const { nodes, add, constant } = nodesBelow(name);
  const channels = norm.outputs[0]?.shape[3] ?? 0;
  const vector = [channels];
  const bias: Node = {
    name: `${gradient?.name}/bias`,
    op: 'BiasAddGrad',
    inputs: [dy],
    attributes: { T: { type: float32 }, data_format: { s: 'NHWC' } },
    outputs: [{ dtype: float32, shape: vector }],
  };
  const [images = '', sizes = ''] = ofKernel?.inputs ?? [];
  const scaled: Node | undefined = ofKernel && {
    ...ofKernel,
    name: `${name}/scaled`,
    inputs: [images, sizes, dy],
  };
  const product = add(
    'product',
    'Mul',
    [`${scaled?.name}:0`, convolution.inputs[1] ?? ''],
    [...(kernel?.shape ?? [])],
  );
  const axes = convolution.op === 'Conv2D' ? [0, 1, 2] : [0, 1, 3];
  const sum = add('sum', 'Sum', [product, constant('axes', Int32Array.of(...axes), [axes.length])], vector, {
    Tidx: { type: int32 },
    keep_dims: { b: false },
  });
  const moved = add('mean', 'Mul', [mean, `${bias.name}:0`], vector);
  const gamma = add('gamma', 'Mul', [add('rest', 'Sub', [sum, moved], vector), deviation], vector);
  const result: Node = {
    name,
    op: 'Mul',
    inputs: [`${scaled?.name}:0`, scale],
    attributes: { T: { type: float32 } },
    outputs: ofKernel?.outputs ?? [],
  };
  return { bias, kernel: [...(scaled ? [scaled] : []), result, ...nodes], gamma };
}

type Attributes = Readonly<Record<string, Attribute>>;

/** Collects float32 nodes whose names begin with `prefix`. */
function nodesBelow(prefix: string) {
  const nodes: Node[] = [];
  const push = (node: Node) => {
    nodes.push(node);
    return `${node.name}:0`;
  };
  return {
    nodes,
    add(name: string, op: string, inputs: string[], shape: number[], attributes: Attributes = {}) {
      const outputs: Output[] = [{ dtype: float32, shape }];
      return push({
        name: `${prefix}/${name}`,
        op,
        inputs,
        attributes: { T: { type: float32 }, ...attributes },
        outputs,
      });
    },
    constant(name: string, values: Float32Array | Int32Array, shape: number[]) {
      const dtype = values instanceof Float32Array ? float32 : int32;
      const constant: Constant = { dtype, shape, bytes: new Uint8Array(values.buffer) };
      return push({
        name: `${prefix}/${name}`,
        op: 'Const',
        inputs: [],
        attributes: {},
        outputs: [{ dtype, shape }],
        constant,
      });
    },
  };
}
