// Compares a model file with its source, a checkpoint or a tfjs model, on pictures.
import { existsSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { TOLERANCE } from '../../models/tolerance.ts';
import { featuresOf } from '../../train/backbone/feature-graph.ts';
import { readBackbone } from '../../train/backbone/index.ts';
import { isScaling } from '../../train/backbone/scaling.ts';
import { featureShape } from '../../train/datasets/dataset.ts';
import { imagesOf } from '../../train/datasets/index.ts';
import { registryOf } from '../../train/project/registry-of.ts';
import { readCheckpoint } from '../../train/runs/checkpoint.ts';
import { findRun } from '../../train/runs/run.ts';
import { answersOf } from '../../train/tasks/outputs.ts';
import { dataOf, judgedOf } from '../files/data.ts';
import { cardOf, type OpenModelFile } from '../files/file.ts';
import { readFolderPictures } from '../files/pictures.ts';
import { type Classifier, onnxClassifier, tensorflowClassifier } from '../parity/classifier.ts';
import { type CompareAnswers, compareClassifiers, holds, type Parity } from '../parity/index.ts';
import { compareLayers, type LayerComparison } from '../parity/layers.ts';
import { networkOf } from '../publish/from-checkpoint.ts';
import { temperedSoftmax } from '../publish/temperature.ts';
import { backboneClassifier } from '../publish/with-backbone.ts';
import { classifierOf } from '../tfjs/classifier.ts';
import { isModelPath } from '../tfjs/model-path.ts';
import { readNetwork } from '../tfjs/read.ts';
import { bytesAs, withSize } from '../trace/input.ts';
import {
  classifierNetwork,
  type PictureFunction,
  type TracedNetwork,
  traceNetwork,
} from '../trace/network.ts';

/** What a file is compared with. */
export interface Reference {
  /** For messages. */
  readonly name: string;
  /** Opens it as a function of pictures. */
  open(): Promise<Classifier>;
  /** Its record with an input `image`, where all of it is TensorFlow's: then layers can be compared. */
  readonly traced?: TracedNetwork;
}

export interface ReferenceComparison {
  readonly against: string;
  readonly parity: Parity;
  readonly holds: boolean;
  /** Where the two differ; only when they do. */
  readonly byLayer?: LayerComparison;
}

/**
 * Compares a file with a reference on pictures.
 * @param images - uint8 `[N,H,W,C]`.
 * @param tolerance - Largest difference of a probability.
 * @param measure - How answers of the file's task are compared: as those of one label if left out.
 */
export async function compareWith(
  reference: Reference,
  { source, model }: Pick<OpenModelFile, 'source' | 'model'>,
  images: Uint8Array,
  shape: Shape,
  tolerance = TOLERANCE,
  measure?: CompareAnswers,
): Promise<ReferenceComparison> {
  const size = shape[0] * shape[1] * shape[2];
  const [expected, onnxruntime] = [await reference.open(), await onnxClassifier(source, shape)];
  const some = (from: number, to: number) => images.subarray(from * size, to * size);
  const { parity } = await compareClassifiers(expected, onnxruntime, some, images.length / size, measure);
  await Promise.all([expected.close(), onnxruntime.close()]);
  const right = holds(parity, tolerance);
  const { traced } = reference;
  const byLayer = right || !traced ? undefined : await compareLayers(traced, model, images, shape);
  return { against: reference.name, parity, holds: right, ...(byLayer && { byLayer }) };
}

/**
 * The network that `against` names: a run (its best checkpoint), a checkpoint (.safetensors), or a tfjs model
 * (model.json) that takes pixels `[N,H,W,C]` from 0 to 255 and gives probabilities.
 */
export async function openReference(against: string, runs: string, file: OpenModelFile): Promise<Reference> {
  if (isModelPath(against)) return tfjsReference(against, file);
  const path = against.endsWith('.safetensors') ? against : findRun(runs, against).best;
  if (!existsSync(path))
    throw new UserError(`${path} is not there: name a run, a checkpoint or a model.json.`);
  const card = cardOf(file);
  const checkpoint = readCheckpoint(path);
  const { backbone, standardize } = checkpoint.recipe;
  const { shape } = card.input;
  const taken = backbone ? featureShape(featuresOf(backbone.sizes)) : shape;
  const registry = await registryOf(checkpoint.recipe);
  const network = networkOf(path, checkpoint, card.labels.length, taken, card.tta, registry);
  const { variables, onFeatures } = network;
  const logits = (backbone && onFeatures) ?? network.logits;
  const temperature = (card.task === 'single' && card.calibration?.temperature) || 1;
  const probabilities = (input: Tensor) =>
    temperature === 1 ? answersOf(card.task, logits(input)) : temperedSoftmax(logits(input), temperature);
  const answering = { probabilities, variables, output: card.output.name };
  if (backbone === undefined) return referenceOf(path, answering, card);
  const graph = await readBackbone(backbone, standardize, shape);
  return { name: path, open: () => backboneClassifier(backbone.path, graph, answering, shape) };
}

function referenceOf(name: string, pictures: PictureFunction, { input: { shape } }: Card): Reference {
  const traced = traceNetwork(classifierNetwork(pictures, shape));
  return { name, traced, open: async () => tensorflowClassifier(pictures, traced, shape) };
}

/** How pictures get the input's shape has no part in a comparison of inputs. */
const RESIZE = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;

async function tfjsReference(path: string, file: OpenModelFile): Promise<Reference> {
  const card = cardOf(file);
  const network = await readNetwork(path);
  const { run, variables, inputs } = network;
  const { scaling } = card.recipe;
  if (isScaling(scaling)) {
    // Exported with --labels: what was added then is added to the source too.
    const { name, description, labels, input } = card;
    const [height, width] = input.shape;
    const sized = { ...network, inputs: withSize(inputs, { height, width }) };
    const about = { name, description, labels, scaling, prepare: RESIZE };
    return referenceOf(path, classifierOf(sized, about, []), card);
  }
  const [input] = inputs;
  if (input === undefined || inputs.length > 1 || input.shape.length !== 4)
    throw new UserError(
      `${path} takes ${inputs.map(({ name, shape }) => `${name} [${shape}]`).join(', ') || 'nothing'}; only a model of pictures [N,H,W,C] can be compared with ${file.path}.`,
    );
  const probabilities = (images: Tensor) => {
    const [output] = run([bytesAs(input.type, images)]);
    if (output === undefined) throw new UserError(`${path} gives no output.`);
    return output;
  };
  return referenceOf(path, { probabilities, variables }, card);
}

/**
 * The pictures to compare on, uint8 `[N,H,W,C]`: those of a folder, or the first test pictures of the data that the
 * card names.
 * @param data - Where those data are, for a model of a folder.
 */
export async function picturesFor(file: OpenModelFile, folder?: string, data?: string): Promise<Uint8Array> {
  const card = cardOf(file);
  if (folder !== undefined) return (await readFolderPictures(folder, card.input)).images;
  const judged = judgedOf(card, await dataOf(card, data));
  return imagesOf(judged, 0, Math.min(TEST_PICTURES, judged.n));
}

const TEST_PICTURES = 1000;
