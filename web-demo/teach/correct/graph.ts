// Puts corrections into a classifier's graph, between its last layer and its softmax.
import { UserError } from '../../../models/errors.ts';
import { attribute } from '../../../models/onnx/attribute.ts';
import { flatFloats, floatTensor, namedNode } from '../../../models/onnx/make.ts';
import { producersOf, prunedTo } from '../../../models/onnx/subgraph.ts';
import type { ModelProto, NodeProto } from '../../../models/onnx/types.ts';
import { namesIn, uniqueNames } from '../../../models/onnx/unique-names.ts';
import { featuresIn, withGraph } from '../file/feature-graph.ts';
import { type Corrections, LEAST_SQUARE, NEARNESS } from './learn.ts';

/** Where corrections go in a classifier. */
export interface Place {
  /** What the last dense layer takes. */
  readonly features: string;
  /** What the softmax takes. */
  readonly logits: string;
  readonly softmax: NodeProto;
}

/** @throws UserError for a graph that does not end in a softmax, or has no features. */
export function placeOf({ graph }: ModelProto, input: string): Place {
  const softmax = producersOf(graph).get(graph.output[0]?.name ?? '');
  const [logits] = softmax?.input ?? [];
  if (softmax?.op_type !== 'Softmax' || logits === undefined)
    throw new UserError(
      `this model ends in ${softmax?.op_type ?? 'nothing'}, expected a Softmax: it cannot be corrected`,
    );
  return { features: featuresIn(graph, input), logits, softmax };
}

/** A model whose one output has, for each picture, its features and then its logits: float32 `[N,F + classes]`. */
export function observing(
  model: ModelProto,
  { features, logits }: Place,
): { model: ModelProto; output: string } {
  const name = uniqueNames(namesIn(model.graph));
  const [flat, output] = [flattened(features, name), name('seen')];
  const all = flattened(logits, name);
  const nodes = [
    ...flat.nodes,
    ...all.nodes,
    namedNode('Concat', output, [flat.value, all.value], [attribute.int('axis', 1)]),
  ];
  const whole = { ...model.graph, node: [...model.graph.node, ...nodes] };
  return { model: withGraph(model, prunedTo(whole, output)), output };
}

/** The classifier with its corrections: the same input and output. */
export function correctedModel(
  model: ModelProto,
  place: Place,
  corrections: Corrections,
  title: string,
): ModelProto {
  const { graph } = model;
  const { n, keys, values } = corrections;
  const width = keys.length / n;
  const name = uniqueNames(namesIn(graph));
  const flat = flattened(place.features, name);
  const constants = {
    ones: floatTensor(name('corrections/ones'), new Float32Array(width).fill(1), [width, 1]),
    least: floatTensor(name('corrections/least'), [LEAST_SQUARE]),
    keys: floatTensor(
      name('corrections/keys'),
      transposed(keys, n).map((each) => NEARNESS * each),
      [width, n],
    ),
    fade: floatTensor(name('corrections/fade'), [-NEARNESS]),
    values: floatTensor(name('corrections/values'), values, [n, values.length / n]),
  };
  const nodes = [...flat.nodes];
  const add = (operator: string, inputs: readonly string[]): string => {
    const made = name(`corrections/${operator}`);
    nodes.push(namedNode(operator, made, inputs));
    return made;
  };
  // The sum of squares by a product: operators that reduce changed their form from one operator set to the next.
  const square = add('MatMul', [add('Mul', [flat.value, flat.value]), constants.ones.name ?? '']);
  const length = add('Sqrt', [add('Add', [square, constants.least.name ?? ''])]);
  const angle = add('MatMul', [add('Div', [flat.value, length]), constants.keys.name ?? '']);
  const near = add('Exp', [add('Add', [angle, constants.fade.name ?? ''])]);
  const logits = add('Add', [place.logits, add('MatMul', [near, constants.values.name ?? ''])]);
  const softmax = { ...place.softmax, input: [logits] };
  return withGraph(model, {
    ...graph,
    name: title,
    node: graph.node.flatMap((each) => (each === place.softmax ? [...nodes, softmax] : [each])),
    initializer: [...graph.initializer, ...Object.values(constants)],
  });
}

/** A value as float32 `[N,...]` in two axes. */
function flattened(value: string, name: (wanted: string) => string) {
  const [floats, flat] = [name('corrections/Cast'), name('corrections/Flatten')];
  return { value: flat, nodes: flatFloats(value, floats, flat) };
}

/** `[n,F]` as `[F,n]`. */
function transposed(rows: Float32Array, n: number): Float32Array {
  const width = rows.length / n;
  return rows.map((_, i) => rows[(i % n) * width + Math.floor(i / n)] ?? 0);
}
