// Cuts a classifier off before its last dense layer: what is left turns pictures into features.
import { UserError } from '../../../models/errors.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { findFeatures } from '../../../models/onnx/find-features.ts';
import { namedNode } from '../../../models/onnx/make.ts';
import { dependentsOf, prunedTo } from '../../../models/onnx/subgraph.ts';
import { dataType, type GraphProto, type ModelProto } from '../../../models/onnx/types.ts';
import { uniqueNames } from '../../../models/onnx/unique-names.ts';

/** A classifier without its last layer. */
export interface FeatureModel {
  /** From `image` uint8 `[N,H,W,C]` to one output: features float32 `[N,F]`. */
  readonly model: ModelProto;
  /** The name of its output. */
  readonly output: string;
  /** The name that the value has in the classifier. */
  readonly taken: string;
}

/**
 * The name of the value that a classifier's last dense layer takes.
 *
 * @param input - The name of the classifier's input, as its card has it.
 * @throws UserError for a graph in which nothing but the answer depends on the picture.
 */
export function featuresIn(graph: GraphProto, input: string): string {
  const taken = findFeatures(graph);
  const answers = graph.output.map(({ name }) => name);
  if (!dependentsOf(graph, input).has(taken) || taken === input || answers.includes(taken))
    throw new UserError(
      'this model has no layer before its answer whose features could be used: choose another one to teach',
    );
  return taken;
}

/**
 * @param input - The name of the classifier's input, as its card has it.
 * @throws UserError for a graph in which nothing but the answer depends on the picture.
 */
export function featureModel(model: ModelProto, input: string): FeatureModel {
  const { graph } = model;
  const taken = featuresIn(graph, input);
  const cut = prunedTo(graph, taken);
  const name = uniqueNames(namesOf(cut));
  const floats = name('features/float');
  const output = name('features');
  const nodes = [
    namedNode('Cast', floats, [taken], [attribute.int('to', dataType.FLOAT)]),
    namedNode('Flatten', output, [floats], [attribute.int('axis', 1)]),
  ];
  const made = { ...cut, node: [...cut.node, ...nodes], output: [{ name: output }] };
  return { taken, output, model: withGraph(model, made) };
}

/** A model with another graph: what the file says of itself, and of whose answers it gives, is left out. */
export function withGraph(model: ModelProto, graph: GraphProto): ModelProto {
  const { producer_version: _, doc_string: __, domain: ___, model_version: ____, ...rest } = model;
  return { ...rest, producer_name: 'trainyard', metadata_props: [], graph };
}

/** Every name that a value or a node of a graph has. */
export function namesOf({ node, initializer, input }: GraphProto): string[] {
  return [
    ...node.flatMap((each) => [...each.output, each.name ?? '']),
    ...[...initializer, ...input].map(({ name }) => name ?? ''),
  ];
}
