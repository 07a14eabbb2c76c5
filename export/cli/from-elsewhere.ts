// `trainyard export path/to/model.json`: a model from elsewhere, as it is or with `--labels` as a classifier.
import { resolve } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { type FolderPictures, readFolderPictures } from '../files/pictures.ts';
import { exportNetwork } from '../publish/export-network.ts';
import { type About, classifierOf } from '../tfjs/classifier.ts';
import { drawnPictures } from '../tfjs/drawn-pictures.ts';
import { type ReadNetwork, readNetwork } from '../tfjs/read.ts';
import { withSize } from '../trace/input.ts';
import type { ClassifierChoice, ExportChoices, ModelChoice } from './choices.ts';
import { say } from './lines.ts';
import type { ExportResult } from './result.ts';
import { convertBy, writeClassifier } from './write-classifier.ts';

/** So many pictures of a folder are compared at most. */
const MOST_PICTURES = 256;

/** @throws UserError for what cannot be read or exported, or answers otherwise; then nothing is written. */
export async function exportFromElsewhere(
  { path, name, size, classifier }: ModelChoice,
  choices: ExportChoices,
): Promise<ExportResult> {
  const started = performance.now();
  const read = await readNetwork(path);
  const network = { ...read, name: name ?? read.name, inputs: withSize(read.inputs, size) };
  checkSize(read, size);
  say('loaded', (performance.now() - started) / 1000, inWords(network));
  if (classifier === undefined) return exportAsIs(network, choices);
  const about = aboutOf(network, classifier);
  const [, height = 0, width = 0, channels = 0] = network.inputs[0]?.shape ?? [];
  const shape = [Number(height), Number(width), channels === 1 ? 1 : 3] as [number, number, 1 | 3];
  const input = { shape, prepare: about.prepare };
  const pictures = classifier.pictures
    ? eachOf(await readFolderPictures(classifier.pictures, input, MOST_PICTURES))
    : drawnPictures(shape);
  const model = classifierOf(network, about, pictures);
  say('takes', undefined, takenInWords(shape, about, model.card.recipe));
  return writeClassifier(model, choices);
}

/** @throws UserError for a size where no size of a picture varies: it would be ignored. */
function checkSize({ name, inputs }: ReadNetwork, size: ModelChoice['size']): void {
  const varies = inputs.some(({ shape }) => shape.includes('height') || shape.includes('width'));
  const fits = inputs.some(
    ({ shape: [, height, width] }) => height === size?.height && width === size?.width,
  );
  if (size === undefined || varies || fits) return;
  throw new UserError(
    `--size fixes height and width of pictures of any size; ${name} takes ${inputs.map((input) => `${input.name} [${input.shape}]`).join(', ')}.`,
  );
}

function eachOf({ names, images }: FolderPictures): Uint8Array[] {
  const size = images.length / names.length;
  return names.map((_, i) => images.subarray(i * size, (i + 1) * size));
}

async function exportAsIs(
  network: ReadNetwork,
  { out, converter, opset, foldBatchNorm, tolerance }: ExportChoices,
): Promise<ExportResult> {
  const started = performance.now();
  const { name } = network;
  const convert = await convertBy(converter);
  const { files, comparison, nodes } = await exportNetwork(network, resolve(out ?? `${name}.onnx`), {
    ...{ opset, foldBatchNorm, tolerance },
    ...(convert && { convert }),
  });
  const { runs, sizes, largestDifference, roundings } = comparison;
  const at = sizes.length > 0 ? ` at ${sizes.join(', ')}` : '';
  const rounding = roundings > 0 ? `, ${roundings.toFixed(1)} times as far as rounding moves it` : '';
  const compared = `${runs} runs${at}, largest difference ${largestDifference.toExponential(1)}${rounding}`;
  const seconds = (performance.now() - started) / 1000;
  say('written', seconds, `${nodes} ONNX nodes; ${compared}; ${files.join(', ')}`);
  return { kind: 'file', name, files, comparison };
}

function inWords({ name, format, parameters, inputs, outputs }: ReadNetwork): string {
  const takes = inputs.map((input) => `${input.name} ${input.type} [${input.shape}]`).join(', ');
  return `${name}, ${format}, ${parameters} parameters; ${takes} -> ${outputs.join(', ')}`;
}

/** What the model.json does not say, so that a wrong guess is seen. */
function takenInWords(
  [height, width]: readonly number[],
  { scaling, prepare }: About,
  recipe: { readonly output?: unknown },
): string {
  const picture = `pictures resized to ${height}x${width} (--crop ${prepare.crop}), bytes as ${scaling} (--scaling)`;
  return recipe.output === 'logits'
    ? `${picture}; gives logits: a softmax is added, or a sigmoid where it gives one number`
    : picture;
}

function aboutOf({ name, inputs: [input] }: ReadNetwork, { labels, scaling, crop }: ClassifierChoice): About {
  return {
    name,
    description: `${name}, a classifier exported from TensorFlow.js`,
    labels,
    scaling: scaling ?? (input?.type === 'float32' ? '0..1' : '0..255'),
    prepare: { rule: 'resize', filter: 'bilinear', crop },
  };
}
