// What an ONNX file takes, by everything that says so: options, its card, its metadata, a configuration beside it, its graph.
import { readFileSync } from 'node:fs';
import { nearModel } from '../../models/adopt/beside.ts';
import type { InputDescription } from '../../models/adopt/description.ts';
import { describedByPreprocessor } from '../../models/adopt/preprocessor.ts';
import { PREPROCESSOR_FILE } from '../../models/adopt/said-beside.ts';
import { cardKey, checkCard } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { seenBy } from '../../models/onnx/find-features.ts';
import { inputsOf } from '../../models/onnx/reads.ts';
import { dataType, type ModelProto } from '../../models/onnx/schema.ts';
import { scalings } from './scaling.ts';
import type { Backbone } from './schema.ts';

/** All that must be known to give pictures to a file. */
export interface Input {
  readonly type: Backbone['input']['type'];
  readonly layout: Backbone['input']['layout'];
  readonly order: Backbone['input']['order'];
  readonly channels: 1 | 3;
  /** Side of the pictures, pixels. */
  readonly size: number;
  readonly standardize: { mean: number[]; deviation: number[] };
  readonly prepare: InputDescription['prepare'];
}

const TYPES: ReadonlyMap<number, Input['type']> = new Map([
  [dataType.FLOAT, 'float32'],
  [dataType.UINT8, 'uint8'],
]);

/**
 * @param size - Side that was asked for.
 * @throws UserError when the file takes no pictures, or something about them is not known: it names the option.
 */
export function inputOf(path: string, model: ModelProto, asked: InputDescription, size?: number): Input {
  const { graph } = model;
  const [input, ...others] = inputsOf(graph);
  const { elem_type = 0, shape } = input?.type?.tensor_type ?? {};
  const type = TYPES.get(elem_type);
  const dims = shape?.dim ?? [];
  if (input === undefined || others.length > 0 || type === undefined || (shape && dims.length !== 4)) {
    const inputs = [input, ...others].map((each) => `${each?.name} ${describe(each?.type?.tensor_type)}`);
    throw new UserError(
      `${path} takes ${inputs.join(' and ')}; a backbone takes pictures: one input of float32 or uint8 [N,3,height,width] or [N,height,width,3].`,
    );
  }
  const described: InputDescription = {
    ...describedByConfig(path),
    ...describedByMetadata(model),
    ...describedByCard(model),
    ...asked,
  };
  const known = dims.map(({ dim_value }) => dim_value);
  const seen = seenBy(graph, input.name);
  const layout = described.layout ?? layoutOf(known) ?? seen?.layout;
  if (layout === undefined)
    throw new UserError(
      `${path} takes ${input.name} ${describe(input.type?.tensor_type)}, which does not say where its channels are: --layout nchw or --layout nhwc.`,
    );
  const [channels = seen?.channels ?? described.channels ?? 3, height, width] =
    layout === 'nchw' ? known.slice(1) : [known[3], known[1], known[2]];
  if (channels !== 1 && channels !== 3)
    throw new UserError(
      `${path} takes pictures of ${channels} channels as ${layout}; expected 3, or 1 for gray. If its channels are elsewhere: --layout ${layout === 'nchw' ? 'nhwc' : 'nchw'}.`,
    );
  return {
    ...{ type, layout, channels },
    order: described.order ?? 'rgb',
    size: sideOf(path, [height, width], described, size),
    standardize: standardizeOf(path, type, described, channels),
    prepare: described.prepare,
  };
}

/** The configuration of transformers that is beside it. @throws UserError when it is damaged. */
function describedByConfig(model: string): InputDescription {
  const path = nearModel(model, PREPROCESSOR_FILE);
  if (path === undefined) return {};
  try {
    return describedByPreprocessor(readFileSync(path));
  } catch (error) {
    throw new UserError(`${path} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

/** Our own card: the file takes bytes, and its scaling is in its graph. */
function describedByCard({ metadata_props }: ModelProto): InputDescription {
  const text = metadata_props.find(({ key }) => key === cardKey)?.value;
  if (text === undefined) return {};
  const { input } = checkCard(JSON.parse(text));
  const [height, width, channels] = input.shape;
  return { height, width, channels, layout: 'nhwc', prepare: input.prepare };
}

/** ONNX's own words for the ranges of pixels (docs/MetadataProps.md, "Image Category Definition"). */
const RANGES: Readonly<Record<string, keyof typeof scalings>> = {
  NominalRange_0_255: '0..255',
  Normalized_0_1: '0..1',
  Normalized_1_1: '-1..1',
};

function describedByMetadata({ metadata_props }: ModelProto): InputDescription {
  const metadata = new Map(metadata_props.map(({ key, value }) => [key, value]));
  const format = metadata.get('Image.BitmapPixelFormat') ?? '';
  const scaling = RANGES[metadata.get('Image.NominalPixelRange') ?? ''];
  return {
    ...(format.startsWith('Bgr') && { order: 'bgr' as const }),
    ...(format.startsWith('Gray') && { channels: 1 }),
    ...(scaling && { standardize: scalings[scaling] }),
  };
}

/** Where the channels are, if only one of the two axes can be theirs. */
function layoutOf([, second, , last]: readonly (number | undefined)[]): Input['layout'] | undefined {
  const [first, final] = [second, last].map((size) => size === 1 || size === 3);
  if (first === final) return undefined;
  return first ? 'nchw' : 'nhwc';
}

function sideOf(
  path: string,
  [height, width]: readonly (number | undefined)[],
  described: InputDescription,
  asked: number | undefined,
): number {
  const [rows, columns] = [height ?? asked ?? described.height, width ?? asked ?? described.width];
  if (rows === undefined || columns === undefined)
    throw new UserError(
      `${path} takes pictures of any size, and nothing says which it was trained on: --size 224, for example.`,
    );
  if (asked !== undefined && (rows !== asked || columns !== asked))
    throw new UserError(`${path} takes pictures of ${rows} x ${columns} alone; --size ${asked} cannot be.`);
  if (rows !== columns)
    throw new UserError(`${path} takes pictures of ${rows} x ${columns}; a folder is prepared as squares.`);
  return rows;
}

function standardizeOf(
  path: string,
  type: Input['type'],
  { standardize }: InputDescription,
  channels: number,
): Input['standardize'] {
  // Bytes go in as they are.
  const given = type === 'uint8' ? scalings['0..255'] : standardize;
  if (given === undefined)
    throw new UserError(
      `${path} takes ${type}, and nothing says how the bytes of a picture are scaled: it has no card and no Image.NominalPixelRange, and no preprocessor_config.json is beside it. Say how it was trained: --scaling ${Object.keys(scalings).join(', ')}; or, for example, --mean 0.5,0.5,0.5 --deviation 0.5,0.5,0.5`,
    );
  const each = (numbers: readonly number[]) =>
    Array.from({ length: channels }, (_, i) => numbers[i] ?? numbers[0] ?? 0);
  return { mean: each(given.mean), deviation: each(given.deviation) };
}

function describe(tensor: { elem_type: number; shape?: { dim: readonly object[] } } | undefined): string {
  const name =
    Object.entries(dataType).find(([, code]) => code === tensor?.elem_type)?.[0] ?? 'of no known type';
  const dims = tensor?.shape?.dim.map((dim) =>
    'dim_value' in dim ? dim.dim_value : 'dim_param' in dim ? dim.dim_param : '?',
  );
  return dims === undefined ? name : `${name} [${dims.join(',')}]`;
}
