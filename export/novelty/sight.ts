// What a detector of novelty sees of a picture, as nodes of the model's own graph: the direction of its features, their
// length, how large its logits are, and, of a picture in color, what the first layers make of it.
import { attribute, intOf } from '../../models/onnx/attribute.ts';
import { constantsOf } from '../../models/onnx/constants.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import { findFeatures } from '../../models/onnx/find-features.ts';
import { floatTensor, int64Tensor, namedNode } from '../../models/onnx/make.ts';
import { producersOf } from '../../models/onnx/subgraph.ts';
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../../models/onnx/types.ts';
import { NOVELTY_PREFIX as PREFIX } from '../../models/onnx/without-novelty.ts';

/**
 * The value `[N,F+E+2]`: features of length 1, mean and length of early channels, the logarithm of the features' length, the
 * logarithm of the sum of exp(logits).
 */
export const SEEN = `${PREFIX}seen`;

const EARLY_PREFIX = `${PREFIX}early`;

/** Features that are all zeros have this length, so that it has a logarithm. */
const SHORTEST = 1e-6;

/**
 * The inputs of the second to the fourth convolution are early: edges, colors and textures, by which a drawing differs from a
 * photograph. The last layer keeps only what its labels differ by.
 */
const EARLY = { from: 1, to: 4 };

/** From this version of ONNX's operators on, the axes of a reduction are an input. */
const AXES_AS_INPUT = 18;

/**
 * Adds the nodes to a classifier's graph.
 *
 * @param early - with what the first layers make of a picture.
 * @returns undefined where no softmax gives the probabilities, or something has these names already.
 */
export function withSight(model: ModelProto, output: string, early = false): ModelProto | undefined {
  const { graph } = model;
  const softmax = producersOf(graph).get(output);
  const [logits] = softmax?.op_type === 'Softmax' ? softmax.input : [];
  const taken = graph.node.some((node) => node.output.some((name) => name.startsWith('novelty')));
  if (logits === undefined || taken) return undefined;
  const { node, initializer } = sightOf(
    findFeatures(graph),
    early ? earlyOf(graph) : [],
    logits,
    opsetOf(model) ?? 0,
  );
  return {
    ...model,
    graph: { ...graph, node: [...graph.node, ...node], initializer: [...graph.initializer, ...initializer] },
  };
}

/** The convolutions whose inputs are early. */
function earlyOf(graph: GraphProto): NodeProto[] {
  return graph.node.filter(({ op_type }) => op_type === 'Conv').slice(EARLY.from, EARLY.to);
}

/** How many values of {@link SEEN} are of early channels. */
export function earlyWidth(graph: GraphProto): number {
  const constants = constantsOf(graph);
  return earlyOf(graph).reduce((sum, node) => {
    const { dims: [, perGroup = 0] = [] } = constants.get(node.input[1] ?? '') ?? {};
    return sum + 2 * Number(perGroup) * (intOf(node, 'group') ?? 1);
  }, 0);
}

/** Whether a model's detector sees early channels. */
export function seesEarly({ graph }: ModelProto): boolean {
  return graph.node.some(({ output: [name] }) => name === `${EARLY_PREFIX}1/mean`);
}

function sightOf(features: string, early: readonly NodeProto[], logits: string, opset: number) {
  const [flat, length, unit] = [`${PREFIX}flat`, `${PREFIX}length`, `${PREFIX}unit`];
  const [measured, shortest, axes] = [`${PREFIX}measured`, `${PREFIX}shortest`, `${PREFIX}axes`];
  const places = `${PREFIX}places`;
  const [size, sum] = [`${PREFIX}log-length`, `${PREFIX}log-sum`];
  const own = opset >= AXES_AS_INPUT;
  const reduceOver = (axes: string, over: readonly number[], keep: 0 | 1) => {
    return (operator: string, name: string, value: string): NodeProto =>
      namedNode(operator, name, own ? [value, axes] : [value], [
        ...(own ? [] : [attribute.ints('axes', [...over])]),
        attribute.int('keepdims', keep),
      ]);
  };
  const reduce = reduceOver(axes, [1], 1);
  const reducePlaces = reduceOver(places, [2, 3], 0);
  const channels = early.flatMap(({ input: [value = ''] }, i) => [
    reducePlaces('ReduceMean', `${EARLY_PREFIX}${i + 1}/mean`, value),
    reducePlaces('ReduceL2', `${EARLY_PREFIX}${i + 1}/length`, value),
  ]);
  const initializer: TensorProto[] = [
    floatTensor(shortest, [SHORTEST]),
    ...(own ? [int64Tensor(axes, [1])] : []),
    ...(own && early.length > 0 ? [int64Tensor(places, [2, 3])] : []),
  ];
  const node = [
    namedNode('Flatten', flat, [features], [attribute.int('axis', 1)]),
    reduce('ReduceL2', measured, flat),
    namedNode('Max', length, [measured, shortest]),
    namedNode('Div', unit, [flat, length]),
    namedNode('Log', size, [length]),
    reduce('ReduceLogSumExp', sum, logits),
    ...channels,
    namedNode(
      'Concat',
      SEEN,
      [unit, ...channels.flatMap(({ output }) => output), size, sum],
      [attribute.int('axis', 1)],
    ),
  ];
  return { node, initializer };
}
