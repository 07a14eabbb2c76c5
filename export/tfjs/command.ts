// `trainyard export path/to/model.json`: a tfjs model from elsewhere as a model file.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { scalingCalled, scalings } from '../../train/backbone/scaling.ts';
import { exportModel } from '../publish/export.ts';
import { type ExportNetworkOptions, exportNetwork } from '../publish/export-network.ts';
import type { ExportStage } from '../publish/stages.ts';
import type { ExportFormat } from '../to/format.ts';
import { writeTo } from '../to/write.ts';
import { withSize } from '../trace/input.ts';
import { type About, classifierOf } from './classifier.ts';
import { drawnPictures, picturesIn } from './pictures.ts';
import { type ReadNetwork, readNetwork } from './read.ts';

/** Options of the command that are about models from elsewhere. */
export const tfjsArgs = {
  labels: {
    type: 'string',
    description: 'Of a tfjs classifier: its classes in order, with commas between them, or a file of them',
  },
  scaling: {
    type: 'string',
    description: `Of a tfjs classifier: what bytes become, ${Object.keys(scalings).join(', ')}; 0..1 if left out, or 0..255 where it takes whole numbers`,
  },
  size: {
    type: 'string',
    description: 'Of a tfjs model that takes any: 224, or 224x160 for height and width',
  },
  crop: { type: 'string', description: 'Of a tfjs classifier: center or stretch', default: 'center' },
  pictures: { type: 'string', description: 'Of a tfjs classifier: a folder of pictures to compare on' },
  name: { type: 'string', description: 'Of a tfjs model: what it is called; its folder if left out' },
} as const;

export type TfjsArgs = { [name in keyof typeof tfjsArgs | 'out' | 'to']?: string | undefined } & {
  repository: string;
};

/** Told after each stage, with its seconds where they mean something. */
type Say = (stage: string, seconds: number | undefined, text: string) => void;

/** How a model is exported. */
export interface TfjsExport {
  readonly options: ExportNetworkOptions;
  /** Of a classifier's probabilities. */
  readonly tolerance: number;
  /** Another format, instead of ONNX. */
  readonly format: ExportFormat | undefined;
  readonly say: Say;
  readonly onStage: (stage: ExportStage) => void;
}

/** Exports the model of a model.json: as it is, or with `--labels` as a classifier that can be served. */
export async function exportTfjs(
  path: string,
  args: TfjsArgs,
  { options, tolerance, format, say, onStage }: TfjsExport,
): Promise<void> {
  const started = performance.now();
  const read = await readNetwork(path);
  const size = sizeOf(args.size);
  const network = { ...read, name: args.name ?? read.name, inputs: withSize(read.inputs, size) };
  say('loaded', (performance.now() - started) / 1000, inWords(network));
  if (args.labels === undefined) return await exportAsIs(network, args.out, options, say);
  const about = aboutOf(network, args);
  const [, height = 0, width = 0, channels = 0] = network.inputs[0]?.shape ?? [];
  const shape = [Number(height), Number(width), channels === 1 ? 1 : 3] as [number, number, 1 | 3];
  const pictures = args.pictures
    ? await picturesIn(args.pictures, { shape, prepare: about.prepare })
    : drawnPictures(shape);
  const model = classifierOf(network, about, pictures);
  say('takes', undefined, takenInWords(shape, about, model.card.recipe));
  if (format !== undefined)
    return await writeTo(format, model, args.out ?? join('exports', `${about.name}-${args.to}`), say);
  await exportModel(model, {
    repository: args.repository,
    tolerance,
    onStage,
    ...options,
  });
}

async function exportAsIs(
  network: ReadNetwork,
  out: string | undefined,
  options: ExportNetworkOptions,
  say: Say,
): Promise<void> {
  const started = performance.now();
  const path = resolve(out ?? `${network.name}.onnx`);
  if (!path.endsWith('.onnx')) throw new UserError(`--out takes a file that ends in .onnx; received ${out}.`);
  const { files, comparison, nodes } = await exportNetwork(network, path, options);
  const { runs, largestDifference } = comparison;
  const compared = `${runs} runs, largest difference ${largestDifference.toExponential(1)}`;
  say(
    'written',
    (performance.now() - started) / 1000,
    `${nodes} ONNX nodes; ${compared}; ${files.join(', ')}`,
  );
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
  return recipe.output === 'logits' ? `${picture}; gives logits: a softmax is added` : picture;
}

function aboutOf({ name, inputs: [input] }: ReadNetwork, args: TfjsArgs): About {
  const { labels = '', scaling = input?.type === 'float32' ? '0..1' : '0..255', crop = 'center' } = args;
  if (crop !== 'center' && crop !== 'stretch')
    throw new UserError(`--crop takes center or stretch; received ${JSON.stringify(crop)}.`);
  return {
    name,
    description: `${name}, a classifier exported from TensorFlow.js`,
    labels: labelsOf(labels),
    scaling: scalingCalled(scaling),
    prepare: { rule: 'resize', filter: 'bilinear', crop },
  };
}

/** Names with commas between them, one a line of a text file, or a JSON list. */
function labelsOf(text: string): string[] {
  if (!existsSync(text)) return named(text, text.split(','));
  const content = readFileSync(text, 'utf8');
  if (!text.endsWith('.json')) return named(basename(text), content.trimEnd().split(/\r?\n/));
  const list: unknown = JSON.parse(content);
  if (Array.isArray(list)) return named(basename(text), list.map(String));
  throw new UserError(`${text} is no list of names: ["cat","dog"].`);
}

function named(from: string, names: readonly string[]): string[] {
  const labels = names.map((name) => name.trim());
  if (labels.every((label) => label !== '') && new Set(labels).size === labels.length) return labels;
  throw new UserError(`--labels: every class needs a name of its own; received ${JSON.stringify(from)}.`);
}

function sizeOf(text: string | undefined): { height: number; width: number } | undefined {
  if (text === undefined) return undefined;
  const [, height, width = height] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  if (Number(height) > 0 && Number(width) > 0) return { height: Number(height), width: Number(width) };
  throw new UserError(`--size takes 224, or 224x160 for height and width; received ${JSON.stringify(text)}.`);
}
