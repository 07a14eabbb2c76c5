// A network from elsewhere as a classifier: with what was chosen, and what is usual where nothing was.
import type { PixelScaling } from '../../train/backbone/scaling.ts';
import { type FolderPictures, readFolderPictures } from '../files/pictures.ts';
import type { Exportable } from '../publish/exportable.ts';
import { type About, classifierOf } from './classifier.ts';
import { drawnPictures } from './drawn-pictures.ts';
import type { ReadNetwork } from './read.ts';

export interface ClassifierChoice {
  readonly labels: readonly string[];
  /** As the type of the input suggests if left out. */
  readonly scaling: PixelScaling | undefined;
  /** Whole pictures, resized to the input's size, in the middle of the longer side if left out. */
  readonly prepare: About['prepare'] | undefined;
  /** What it is for; what it tells apart if left out. */
  readonly description?: string | undefined;
  /** Folder of pictures to compare on. */
  readonly pictures: string | undefined;
}

/** So many pictures of a folder are compared at most. */
const MOST_PICTURES = 256;

/** @throws UserError when the network is no classifier of pictures with these labels, or the folder has no pictures. */
export async function chosenClassifier(
  network: ReadNetwork,
  choice: ClassifierChoice,
): Promise<{ model: Exportable; about: About }> {
  const about = aboutOf(network, choice);
  const [, height = 0, width = 0, channels = 0] = network.inputs[0]?.shape ?? [];
  const shape = [Number(height), Number(width), channels === 1 ? 1 : 3] as [number, number, 1 | 3];
  const pictures = choice.pictures
    ? eachOf(await readFolderPictures(choice.pictures, { shape, prepare: about.prepare }, MOST_PICTURES))
    : drawnPictures(shape);
  return { model: classifierOf(network, about, pictures), about };
}

function aboutOf(
  { name, inputs: [input] }: ReadNetwork,
  { labels, scaling, prepare, description }: ClassifierChoice,
): About {
  const usual: PixelScaling = input?.type === 'float32' ? '0..1' : '0..255';
  return {
    name,
    description: description ?? `Tells ${inWords(labels)} apart; exported from TensorFlow.js`,
    labels,
    scaling: scaling ?? usual,
    prepare: prepare ?? resized('center'),
  };
}

/** So many classes are named in a description. */
const NAMED = 4;

function inWords(labels: readonly string[]): string {
  if (labels.length > NAMED)
    return `${labels.length} classes (${labels.slice(0, NAMED - 1).join(', ')}, ...)`;
  return labels.length === 1 ? `${labels[0]}` : `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)}`;
}

/** The whole picture in the input's size: its middle, or its sides by different factors. */
export function resized(crop: 'center' | 'stretch'): About['prepare'] {
  return { rule: 'resize', filter: 'bilinear', crop };
}

function eachOf({ names, images }: FolderPictures): Uint8Array[] {
  const size = images.length / names.length;
  return names.map((_, i) => images.subarray(i * size, (i + 1) * size));
}
