// Export: a network becomes a model file in the repository, once onnxruntime has answered as tfjs does.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import type { ModelProto } from '../../models/onnx/schema.ts';
import type { ModelFile } from '../../models/repository.ts';
import type { Split } from '../../train/datasets/index.ts';
import type { Graph } from '../../train/graph/graph.ts';
import { traceImages } from '../../train/graph/images.ts';
import { type State, stateOf } from '../../train/graph/state.ts';
import { tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { type ConvertOptions, convert } from '../convert.ts';
import { type Classifier, type Shape, tensorflowClassifier } from '../parity/classifier.ts';
import { type Drift, driftInWords, measureDrift } from '../parity/drift.ts';
import { type Parity, TOLERANCE } from '../parity/index.ts';
import { type CardDraft, roundUp } from './card.ts';
import { type ExportStage, publish, stopwatch } from './index.ts';
import { exportJoined } from './with-backbone.ts';

export type { ExportStage } from './index.ts';

/** A network to be exported. */
export interface Exportable {
  readonly card: CardDraft;
  /** The forward pass: uint8 `[N,H,W,C]`, or features `[N,F]` of `backbone`, to probabilities `[N,classes]`. */
  readonly probabilities: (images: Tensor) => Tensor;
  /** What `probabilities` depends on, by name; the names are those of the file's initializers. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** A file from elsewhere, as a graph from `image` to `features`, that the network was trained upon. */
  readonly backbone?: ModelProto;
  /** Pictures that prove parity, with their labels; without any, the card says nothing of accuracy. */
  readonly test: Split;
}

export interface ExportOptions {
  /** Folder of the model repository. */
  readonly repository: string;
  readonly opset?: number;
  /** Puts batch norm into the convolution or product before it; by default it is kept. */
  readonly foldBatchNorm?: boolean;
  readonly tolerance?: number;
  /** Told after each stage. */
  readonly onStage?: (stage: ExportStage) => void;
  /** Converts the trace; by default our own exporter. */
  readonly convert?: Convert;
  /** What the file is held against; by default the network itself, run by TensorFlow. */
  readonly reference?: Classifier;
}

/** Turns a traced graph and its weights into an ONNX model with the same inputs and the named outputs. */
export type Convert = (
  graph: Graph,
  state: State,
  options: ConvertOptions,
) => ModelProto | Promise<ModelProto>;

/**
 * Exports a network: traces it, converts it to ONNX, compares the file with tfjs on every test picture and on the
 * built-in ones, and adds it to the repository with its card. The same network gives the same bytes.
 *
 * @throws UserError when an op cannot be exported, or when the file does not answer as the network does; then
 * nothing is written.
 */
export async function exportModel(model: Exportable, options: ExportOptions): Promise<ModelFile> {
  const { backbone } = model;
  return backbone === undefined ? exportWhole(model, options) : exportJoined({ ...model, backbone }, options);
}

async function exportWhole(
  model: Exportable,
  {
    repository,
    opset,
    foldBatchNorm = false,
    tolerance = TOLERANCE,
    onStage,
    reference,
    convert: converter = convert,
  }: ExportOptions,
): Promise<ModelFile> {
  const lap = stopwatch();
  const { name, input } = model.card;
  const graph = traceForward(model);
  onStage?.({ name: 'traced', ops: graph.nodes.filter(({ op }) => !ours.has(op)).length, seconds: lap() });

  const state = stateOf(model.variables);
  const onnx = await converter(graph, state, {
    name,
    outputs: ['probabilities'],
    foldBatchNorm,
    ...(opset === undefined ? {} : { opset }),
  });
  const shape = input.shape;
  return publish(
    {
      ...{ card: model.card, onnx, test: model.test },
      reference: reference ?? tensorflowClassifier(graph, state, shape),
      answers: (images, n) => answersOf(model, images, n),
      async explain(images, parity) {
        const drift = await measureDrift({ graph, state }, onnx, images, shape);
        return `${whereOf(drift, parity)}\n${driftInWords(drift)}`;
      },
    },
    { repository, tolerance, onStage, lap },
  );
}

/** Nodes of a traced graph that are no ops of TensorFlow's. */
const ours = new Set(['Input', 'Variable', 'Const']);

/** Records the forward pass for any number of pictures. */
export function traceForward({
  probabilities,
  variables,
  card,
}: Pick<Exportable, 'probabilities' | 'variables'> & { card: { input: { shape: Shape } } }): Graph {
  return traceImages(probabilities, card.input.shape, variables);
}

/** Probabilities of pictures by eager tfjs: neither the tracer nor the compiler has a part in them. */
async function answersOf(
  { probabilities, card }: Exportable,
  images: Uint8Array,
  n: number,
): Promise<Float32Array> {
  return tf.tidy(() => {
    const pictures = uint8Tensor(images, [n, ...card.input.shape]);
    return Float32Array.from(probabilities(pictures).dataSync());
  });
}

function whereOf({ first, layers }: Drift, parity: Parity): string {
  const [logits, output] = layers.slice(-2);
  const largest = logits === undefined ? 0 : logits.largest / logits.relative;
  // Softmax shows of enormous logits what is a rounding of theirs.
  const isCoarse = largest > LARGE_LOGIT && (first === undefined || first === output);
  if (first !== undefined && !isCoarse)
    return `They drift apart first at ${first.layer}: if it has ops of its own, look there; otherwise this is a bug in export/.`;
  const rounding = 'No layer differs by more than rounding: the differences add up.';
  if (parity.changedLabels > parity.ties || !isCoarse) return rounding;
  return `${rounding} Logits reach ${largest.toExponential(0)} here, where neighboring float32 are ${(largest * EPSILON).toExponential(0)} apart, so that programs which add in another order cannot agree any better. To export it all the same, with that in its card: \`--tolerance ${roundUp(parity.maxProbabilityDifference)}\`..`;
}

/** Half of the distance from 1 to the next float32, as a share of a number. */
const EPSILON = 2 ** -24;

/** Where rounding alone exceeds the tolerance of a probability, which is at most as far off as its logit. */
const LARGE_LOGIT = TOLERANCE / EPSILON;
