// `toOnnx`: makes an ONNX file of a tf.LayersModel in memory, also of one of another copy of tfjs.
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { checkOptions, type EveryOption } from '../../models/known-options.ts';
import type { Parity } from '../../models/parity.ts';
import type { PixelScaling } from '../../train/backbone/scaling.ts';
import { requireTensorflow } from '../../train/graph/tensorflow.ts';
import { checkModelNotDisposed } from '../../train/layers-model/disposed.ts';
import type { NetworkComparison } from '../parity/network-comparison.ts';
import { exportModel } from '../publish/export.ts';
import { exportNetwork } from '../publish/export-network.ts';
import type { Destination } from '../publish/exportable.ts';
import { chosenClassifier, resized } from './chosen-classifier.ts';
import { networkOfLayers } from './layers-model.ts';
import type { ModelArtifacts } from './model-json.ts';
import type { ReadNetwork } from './read.ts';

/** How a model becomes a file. */
export interface ToOnnxOptions {
  /** What the model is called: if left out as its file, or as you have named the model, or `classifier` and `model`. */
  readonly name?: string | undefined;
  /** The file, which ends in `.onnx`; what is there is replaced. */
  readonly file?: string | undefined;
  /** Version of ONNX's operators, 17 if left out. */
  readonly opset?: number | undefined;
  /** Puts batch norm into the convolutions; then the file cannot be trained further. */
  readonly foldBatchNorm?: boolean | undefined;
  /** How far an answer of the file may be from the model's. */
  readonly tolerance?: number | undefined;
}

/** How a classifier becomes a file that says of itself what it is. */
export interface ClassifierToOnnxOptions extends ToOnnxOptions {
  /** Names of the classes, in the order of the output. */
  readonly labels: readonly string[];
  /**
   * What the model takes for pixels: `0..1` if left out, `-1..1`, `0..255`, `imagenet`, or mean and deviation of each
   * channel on a scale from 0 to 1.
   */
  readonly scaling?: PixelScaling | undefined;
  /**
   * How a picture comes to the input's size: its middle (`center`, if left out), all of it (`stretch`), or a drawn digit
   * centered as MNIST's are (`digit`).
   */
  readonly prepare?: 'center' | 'stretch' | 'digit' | undefined;
  /** Instead of `file`: folder of the model files, where it becomes the next version. */
  readonly repository?: string | undefined;
  /** What it is for, in its card: `Cats and dogs at our door`; what it tells apart if left out. */
  readonly description?: string | undefined;
  /** Folder of pictures on which the file is compared with the model: drawn ones if left out. */
  readonly pictures?: string | undefined;
}

const OPTIONS: EveryOption<ToOnnxOptions> = {
  name: true,
  file: true,
  opset: true,
  foldBatchNorm: true,
  tolerance: true,
};
const CLASSIFIER_OPTIONS: EveryOption<ClassifierToOnnxOptions> = {
  ...OPTIONS,
  labels: true,
  scaling: true,
  prepare: true,
  description: true,
  repository: true,
  pictures: true,
};

/** @throws UserError for an option that there is not, or that is one of a classifier where there are no labels. */
function checkGiven(options: object): void {
  checkOptions('toOnnx', options, CLASSIFIER_OPTIONS);
  const alone = Object.keys(options).find((name) => !Object.hasOwn(OPTIONS, name));
  if (!('labels' in options) && alone !== undefined)
    throw new UserError(
      `toOnnx takes ${alone} beside labels, the names of the classes; without them the file has the inputs and outputs of the model.`,
    );
}

/** A file that answers as the model does. */
export interface OnnxFile {
  /** Absolute. */
  readonly path: string;
  /** How it was compared. */
  readonly comparison: NetworkComparison;
}

/** A file of a classifier. */
export interface OnnxClassifier {
  readonly name: string;
  /** In the repository; undefined of a file elsewhere. */
  readonly version: number | undefined;
  /** Absolute. */
  readonly path: string;
  /** What the file says of itself. */
  readonly card: Card;
  /** How it was compared. */
  readonly parity: Parity;
}

/**
 * Makes an ONNX file of a model in memory. With `labels` it is one of Trainyard's own: from the bytes of pictures to
 * probabilities, with its card, for `loadModel`, the server and the page. Without, its inputs and outputs are the model's.
 * It is written once onnxruntime gives the model's answers.
 *
 * @param model - A `tf.LayersModel`, of Trainyard's `tf` or of any other copy of TensorFlow.js.
 * @throws UserError for an option that there is not, for a model that was disposed, for an op that cannot be exported, for labels that do not fit the model, and when the file does not
 * answer as the model does: then nothing is written.
 *
 * @example
 * const { path, card } = await toOnnx(model, { labels: ['cat', 'dog'], file: 'pets.onnx' });
 */
export function toOnnx(model: LayersModel, options: ClassifierToOnnxOptions): Promise<OnnxClassifier>;
export function toOnnx(model: LayersModel, options?: ToOnnxOptions): Promise<OnnxFile>;
export async function toOnnx(
  given: LayersModel,
  options: ToOnnxOptions | ClassifierToOnnxOptions = {},
): Promise<OnnxFile | OnnxClassifier> {
  requireTensorflow();
  checkGiven(options);
  const network = await networkOf(given, options);
  const { opset, foldBatchNorm, tolerance } = options;
  const how = {
    ...(opset !== undefined && { opset }),
    ...(foldBatchNorm !== undefined && { foldBatchNorm }),
    ...(tolerance !== undefined && { tolerance }),
  };
  if (!('labels' in options)) {
    const path = onnxPath(options.file ?? `${network.name}.onnx`);
    const { comparison } = await exportNetwork(network, path, how);
    return { path, comparison };
  }
  const { labels, scaling, prepare = 'center', pictures, description } = options;
  const rule = prepare === 'digit' ? ({ rule: 'digit' } as const) : resized(prepare);
  const { model } = await chosenClassifier(network, {
    labels,
    scaling,
    prepare: rule,
    pictures,
    description,
  });
  const { name, version, path, card, parity } = await exportModel(model, {
    ...destinationOf(network.name, options),
    ...how,
  });
  return { name, version, path: resolve(path), card, parity };
}

function destinationOf(name: string, { file, repository }: ClassifierToOnnxOptions): Destination {
  if (repository === undefined) return { file: onnxPath(file ?? `${name}.onnx`) };
  if (file === undefined) return { repository };
  throw new UserError(
    `toOnnx: received the repository ${repository} and the file ${file}, expected one of them`,
  );
}

function onnxPath(file: string): string {
  if (file.endsWith('.onnx')) return resolve(file);
  throw new UserError(`file takes a path that ends in .onnx; received ${JSON.stringify(file)}.`);
}

/** Names that tfjs counts up where nobody has given one. */
const COUNTED = /^(sequential|functional|model)_+\d+$/;

function nameOf(model: LayersModel, { name, file, ...options }: ToOnnxOptions): string {
  if (name !== undefined) return name;
  if (file !== undefined) return basename(file, '.onnx');
  if (!COUNTED.test(model.name)) return model.name;
  return 'labels' in options ? 'classifier' : 'model';
}

/** Copies of tfjs in one process share their tensors: a model of another one is run by its own layers. */
async function networkOf(model: LayersModel, options: ToOnnxOptions): Promise<ReadNetwork> {
  const artifacts = await artifactsOf(model);
  const network = networkOfLayers(model, nameOf(model, options));
  const parameters = model.weights.reduce(
    (sum, { shape }) => sum + shape.reduce<number>((n, size) => n * Number(size), 1),
    0,
  );
  return { ...network, format: 'layers model', parameters, digest: digestOf(artifacts) };
}

/** What `model.save` would write. @throws UserError for what is no LayersModel. */
async function artifactsOf(model: LayersModel): Promise<ModelArtifacts> {
  const isModel = typeof model === 'object' && model !== null && 'layers' in model && 'save' in model;
  if (!isModel)
    throw new UserError(`toOnnx takes a tf.LayersModel; received ${model === null ? 'null' : typeof model}.`);
  checkModelNotDisposed(model);
  const saved: ModelArtifacts[] = [];
  const modelArtifactsInfo = { dateSaved: new Date(0), modelTopologyType: 'JSON' } as const;
  await model.save({
    save: async (artifacts) => {
      saved.push(artifacts);
      return { modelArtifactsInfo };
    },
  });
  const [artifacts] = saved;
  if (artifacts === undefined) throw new Error('the model saved nothing');
  return artifacts;
}

/** SHA-256 of topology and weights. */
function digestOf({ modelTopology, weightSpecs, weightData }: ModelArtifacts): string {
  const hash = createHash('sha256').update(JSON.stringify([modelTopology, weightSpecs]));
  for (const part of [weightData ?? []].flat()) hash.update(new Uint8Array(part));
  return hash.digest('hex');
}
