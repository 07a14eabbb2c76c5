// Export: a network becomes a model file in the repository, once onnxruntime has answered as tfjs does.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { cardMetadata } from '../models/card.ts';
import { UserError } from '../models/errors.ts';
import type { ModelProto } from '../models/onnx/schema.ts';
import type { ModelFile } from '../models/repository.ts';
import { imagesOf, type Split } from '../train/datasets/index.ts';
import type { State } from '../train/graph/compile.ts';
import type { Graph } from '../train/graph/graph.ts';
import { traceDynamic } from '../train/graph/retrace.ts';
import { backend, tf, uint8Tensor } from '../train/graph/tensorflow.ts';
import {
  type CardDraft,
  certify,
  completeCard,
  digestWeights,
  goldenAnswers,
  goldenPictures,
  measure,
} from './card.ts';
import { type Classifier, onnxClassifier, runtimes, type Shape, tensorflowClassifier } from './classifier.ts';
import { type ConvertOptions, convert } from './convert.ts';
import { type Drift, driftInWords, measureDrift } from './drift.ts';
import { combine, compare, holds, measureParity, type Parity, TOLERANCE } from './parity.ts';
import { addToRepository, packed, sizeOf } from './repository.ts';

/** A network to be exported. */
export interface Exportable {
  readonly card: CardDraft;
  /** The forward pass: uint8 `[N,H,W,C]` to probabilities `[N,classes]`. */
  readonly probabilities: (images: Tensor) => Tensor;
  /** What `probabilities` depends on, by name; the names are those of the file's initializers. */
  readonly variables: ReadonlyMap<string, Variable>;
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
  readonly onStage?: (stage: Stage) => void;
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

/** A stage that is done, with the seconds that it took. */
export type Stage = { readonly seconds: number } & (
  | { readonly name: 'traced'; readonly ops: number }
  | { readonly name: 'converted'; readonly nodes: number; readonly bytes: number; readonly opset: number }
  | { readonly name: 'compared'; readonly parity: Parity; readonly accuracy: number | null }
  | { readonly name: 'written'; readonly file: ModelFile }
);

/**
 * Exports a network: traces it, converts it to ONNX, compares the file with tfjs on every test picture and on the
 * built-in ones, and adds it to the repository with its card. The same network gives the same bytes.
 *
 * @throws UserError when an op cannot be exported, or when the file does not answer as the network does; then
 * nothing is written.
 */
export async function exportModel(
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

  const state = readState(model.variables);
  const onnx = await converter(graph, state, {
    name,
    outputs: ['probabilities'],
    foldBatchNorm,
    ...(opset === undefined ? {} : { opset }),
  });
  const bare = packed(onnx);
  onStage?.({
    name: 'converted',
    nodes: onnx.graph.node.length,
    bytes: sizeOf(bare),
    opset: onnx.opset_import[0]?.version ?? 0,
    seconds: lap(),
  });

  const tensorflow = reference ?? tensorflowClassifier(graph, state, input.shape);
  const onnxruntime = await onnxClassifier(bare, input.shape);
  const { labels, n } = model.test;
  const images = (from: number, to: number) => imagesOf(model.test, from, to);
  const tested = await measureParity(tensorflow, onnxruntime, images, n);
  const golden = await compareGolden(model, onnxruntime);
  await Promise.all([onnxruntime.close(), tensorflow.close()]);
  const { n: _, ...differences } = combine([tested, golden.parity]);
  const parity: Parity = { n, ...differences };
  if (!holds(parity, tolerance)) {
    const drift = await measureDrift({ graph, state }, onnx, images(0, Math.min(n, 8)), input.shape);
    throw failure(name, parity, tolerance, drift);
  }
  const metrics = labels.length === n ? measure(tested.probabilities, labels) : null;
  onStage?.({ name: 'compared', parity, accuracy: metrics?.accuracy ?? null, seconds: lap() });

  const card = completeCard(model.card, {
    weightsDigest: digestWeights(onnx.graph.initializer),
    metrics,
    golden: golden.answers,
    parity: certify(parity, tolerance, runtimes(backend.binding.TF_Version)),
  });
  const metadata_props = Object.entries(cardMetadata(card))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
  const file = await addToRepository(repository, name, { ...onnx, metadata_props });
  onStage?.({ name: 'written', file, seconds: lap() });
  return file;
}

/** Nodes of a traced graph that are no ops of TensorFlow's. */
const ours = new Set(['Input', 'Variable', 'Const']);

/** Records the forward pass for any number of pictures. */
export function traceForward({
  probabilities,
  variables,
  card,
}: Pick<Exportable, 'probabilities' | 'variables'> & { card: { input: { shape: Shape } } }): Graph {
  const [height, width, channels] = card.input.shape;
  return traceDynamic(
    ({ image }) => {
      if (image === undefined) throw new Error('the forward pass has an input called image');
      return [probabilities(image)];
    },
    (n) => [
      {
        name: 'image',
        tensor: uint8Tensor(new Uint8Array(n * height * width * channels), [n, height, width, channels]),
      },
    ],
    variables,
  );
}

/** Values of variables by name. */
export function readState(variables: ReadonlyMap<string, Variable>): State {
  return new Map([...variables].map(([name, variable]) => [name, Float32Array.from(variable.dataSync())]));
}

/** The built-in pictures, answered by eager tfjs: neither the tracer nor the compiler has a part in them. */
async function compareGolden(model: Exportable, onnxruntime: Classifier) {
  const { shape } = model.card.input;
  const { names, images } = goldenPictures(shape);
  const answers = tf.tidy(() => {
    const pictures = uint8Tensor(images, [names.length, ...shape]);
    return Float32Array.from(model.probabilities(pictures).dataSync());
  });
  const parity = compare(answers, await onnxruntime.classify(images), names.length);
  return { answers: goldenAnswers(names, answers), parity };
}

function failure(name: string, parity: Parity, tolerance: number, drift: Drift): UserError {
  const { n, maxProbabilityDifference, changedLabels } = parity;
  return new UserError(
    `${name} was not exported: onnxruntime does not answer as tfjs does. Over ${n} test pictures the largest difference of a probability is ${maxProbabilityDifference.toExponential(2)} (allowed: ${tolerance.toExponential(0)}), and ${changedLabels} labels change. Nothing was written. ${whereOf(drift)}\n${driftInWords(drift)}`,
  );
}

function whereOf({ first }: Drift): string {
  if (first === undefined) return 'No layer differs by more than rounding: the differences add up.';
  return `They drift apart first at ${first.layer}: if it has ops of its own, look there; otherwise this is a bug in export/.`;
}

/** Seconds since it was last asked. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}
