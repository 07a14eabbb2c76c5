// Cuts a classifier off before its last dense layer: what is left turns pictures into features.
import { UserError } from '../../../models/errors.ts';
import { featuresWithin } from '../../../models/onnx/find-features.ts';
import { flatFloats } from '../../../models/onnx/make.ts';
import { prunedTo } from '../../../models/onnx/subgraph.ts';
import type { GraphProto, ModelProto } from '../../../models/onnx/types.ts';
import { namesIn, uniqueNames } from '../../../models/onnx/unique-names.ts';

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
  const taken = featuresWithin(graph, input);
  if (taken !== undefined) return taken;
  throw new UserError(
    'this model has no layer before its answer whose features could be used: choose another one to teach',
  );
}

/**
 * @param input - The name of the classifier's input, as its card has it.
 * @throws UserError for a graph in which nothing but the answer depends on the picture.
 */
export function featureModel(model: ModelProto, input: string): FeatureModel {
  const { graph } = model;
  const taken = featuresIn(graph, input);
  const cut = prunedTo(graph, taken);
  const name = uniqueNames(namesIn(cut));
  const floats = name('features/float');
  const output = name('features');
  const nodes = flatFloats(taken, floats, output);
  const made = { ...cut, node: [...cut.node, ...nodes], output: [{ name: output }] };
  return { taken, output, model: withGraph(model, made) };
}

/** A model with another graph: what the file says of itself, and of whose answers it gives, is left out. */
export function withGraph(model: ModelProto, graph: GraphProto): ModelProto {
  const { producer_version: _, doc_string: __, domain: ___, model_version: ____, ...rest } = model;
  return { ...rest, producer_name: 'trainyard', metadata_props: [], graph };
}
