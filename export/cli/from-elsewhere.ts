// `trainyard export path/to/model.json`: a model from elsewhere, as it is or with `--labels` as a classifier.
import { resolve } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { exportNetwork } from '../publish/export-network.ts';
import { chosenClassifier } from '../tfjs/chosen-classifier.ts';
import { type About, scalingInWords } from '../tfjs/classifier.ts';
import { type ReadNetwork, readNetwork } from '../tfjs/read.ts';
import { withSize } from '../trace/input.ts';
import type { ExportChoices, ModelChoice } from './choices.ts';
import { say } from './lines.ts';
import type { ExportResult } from './result.ts';
import { convertBy, writeClassifier } from './write-classifier.ts';

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
  const { model, about } = await chosenClassifier(network, classifier);
  say('takes', undefined, takenInWords(model.card.input.shape, about, model.card.recipe));
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
  const resize =
    prepare.rule === 'resize' ? `resized to ${height}x${width} (--crop ${prepare.crop})` : 'of digits';
  const picture = `pictures ${resize}, bytes as ${scalingInWords(scaling)} (--scaling)`;
  return recipe.output === 'logits'
    ? `${picture}; gives logits: a softmax is added, or a sigmoid where it gives one number`
    : picture;
}
