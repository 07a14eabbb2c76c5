// What a detector of novelty sees of a picture, as nodes of the model's own graph: the direction of its features, their
// length, and how large its logits are.
import { attribute } from '../../models/onnx/attribute.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import { findFeatures } from '../../models/onnx/find-features.ts';
import { floatTensor, int64Tensor, namedNode } from '../../models/onnx/make.ts';
import { producersOf } from '../../models/onnx/subgraph.ts';
import type { ModelProto, NodeProto, TensorProto } from '../../models/onnx/types.ts';
import { NOVELTY_PREFIX as PREFIX } from '../../models/onnx/without-novelty.ts';

/** The value `[N,F+2]`: features of length 1, the logarithm of their length, the logarithm of the sum of exp(logits). */
export const SEEN = `${PREFIX}seen`;

/** Features that are all zeros have this length, so that it has a logarithm. */
const SHORTEST = 1e-6;

/** From this version of ONNX's operators on, the axes of a reduction are an input. */
const AXES_AS_INPUT = 18;

/**
 * Adds the nodes to a classifier's graph.
 *
 * @returns undefined where no softmax gives the probabilities, or something has these names already.
 */
export function withSight(model: ModelProto, output: string): ModelProto | undefined {
  const { graph } = model;
  const softmax = producersOf(graph).get(output);
  const [logits] = softmax?.op_type === 'Softmax' ? softmax.input : [];
  const taken = graph.node.some((node) => node.output.some((name) => name.startsWith('novelty')));
  if (logits === undefined || taken) return undefined;
  const { node, initializer } = sightOf(findFeatures(graph), logits, opsetOf(model) ?? 0);
  return {
    ...model,
    graph: { ...graph, node: [...graph.node, ...node], initializer: [...graph.initializer, ...initializer] },
  };
}

function sightOf(features: string, logits: string, opset: number) {
  const [flat, length, unit] = [`${PREFIX}flat`, `${PREFIX}length`, `${PREFIX}unit`];
  const [measured, shortest, axes] = [`${PREFIX}measured`, `${PREFIX}shortest`, `${PREFIX}axes`];
  const [size, sum] = [`${PREFIX}log-length`, `${PREFIX}log-sum`];
  const own = opset >= AXES_AS_INPUT;
  const reduce = (operator: string, name: string, value: string): NodeProto =>
    namedNode(operator, name, own ? [value, axes] : [value], [
      ...(own ? [] : [attribute.ints('axes', [1])]),
      attribute.int('keepdims', 1),
    ]);
  const initializer: TensorProto[] = [
    floatTensor(shortest, [SHORTEST]),
    ...(own ? [int64Tensor(axes, [1])] : []),
  ];
  const node = [
    namedNode('Flatten', flat, [features], [attribute.int('axis', 1)]),
    reduce('ReduceL2', measured, flat),
    namedNode('Max', length, [measured, shortest]),
    namedNode('Div', unit, [flat, length]),
    namedNode('Log', size, [length]),
    reduce('ReduceLogSumExp', sum, logits),
    namedNode('Concat', SEEN, [unit, size, sum], [attribute.int('axis', 1)]),
  ];
  return { node, initializer };
}
