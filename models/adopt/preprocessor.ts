// A preprocessor_config.json, which is beside the ONNX files of the Hugging Face Hub, as a description of the input.
import { z } from 'zod';
import { messageOf, UserError } from '../errors.ts';
import { valid } from '../validate.ts';
import { parseWrittenJson } from '../written-json.ts';
import type { InputDescription } from './description.ts';
import { PREPROCESSOR_FILE } from './said-beside.ts';

const side = z.int().min(1);
const sizeSchema = z.union([
  side,
  z.object({ height: side, width: side }),
  z.object({ shortest_edge: side }),
]);

/** What transformers' image processors have, with the values that they take where a file is silent. */
const configSchema = z.object({
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: z.array(z.number()).nullish(),
  image_std: z.array(z.number().positive()).nullish(),
  size: sizeSchema.nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: sizeSchema.nullish(),
  crop_pct: z.number().gt(0).max(1).nullish(),
  resample: z.int().nullish(),
  /** The network takes blue, green and red. */
  do_flip_channel_order: z.boolean().nullish(),
  /** One is taken away after the scaling. */
  rescale_offset: z.boolean().nullish(),
  /** The pictures are divided by the deviation once more. */
  include_top: z.boolean().nullish(),
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
});

/** Pillow's number for bicubic, as `resample` has it; every other filter is taken as bilinear. */
const BICUBIC = 3;

/** Pictures below this side are resized to more than the crop, as transformers' ConvNext processor does. */
const CROPPED_BELOW = 384;

/** The share of a picture that the same processor keeps where its file is silent. */
const CONVNEXT_SHARE = 224 / 256;

/**
 * What a preprocessor_config.json says of the pictures.
 *
 * @throws UserError when it is damaged; one line for each field that is not as expected.
 */
export function describedByPreprocessor(file: string | Uint8Array): InputDescription {
  const config = readConfiguration(configSchema, PREPROCESSOR_FILE, file);
  return {
    ...sizeOf(config),
    standardize: scalingOf(config),
    ...(config.do_flip_channel_order && { order: 'bgr' }),
  };
}

/** @throws UserError when the file is no JSON, or not as expected. */
export function readConfiguration<Schema extends z.ZodType>(
  schema: Schema,
  name: string,
  file: string | Uint8Array,
): z.output<Schema> {
  return valid(schema, jsonOf(name, file), `${name} is not as expected`, 'file');
}

function jsonOf(name: string, file: string | Uint8Array): unknown {
  try {
    return parseWrittenJson(file);
  } catch (error) {
    throw new UserError(`${name} is not JSON: ${messageOf(error)}`);
  }
}

type Config = z.output<typeof configSchema>;

/** (byte * factor - offset - mean) / deviation as (byte / 255 - m) / d. */
function scalingOf(config: Config): NonNullable<InputDescription['standardize']> {
  const { do_rescale, rescale_factor, do_normalize, image_mean, image_std } = config;
  const scale = do_rescale ? 255 * rescale_factor : 255;
  const offset = do_rescale && config.rescale_offset ? 1 : 0;
  const [mean, deviation] = do_normalize ? [image_mean ?? [0], image_std ?? [1]] : [[0], [1]];
  // Reference: EfficientNetImageProcessor of transformers, whose own default it is.
  const twice = config.include_top ?? isProcessor(config, 'EfficientNet');
  const divisors = twice ? deviation.map((d, i) => d * (image_std?.[i] ?? 1)) : deviation;
  return { mean: mean.map((m) => (m + offset) / scale), deviation: divisors.map((d) => d / scale) };
}

/** Whether the processor is that of a family of networks, under its name of today or of before. */
function isProcessor({ image_processor_type, feature_extractor_type }: Config, family: string): boolean {
  return (image_processor_type ?? feature_extractor_type ?? '').startsWith(family);
}

function sizeOf(config: Config): InputDescription {
  const { size, do_center_crop, crop_size, crop_pct, resample } = config;
  const filter = resample === BICUBIC ? 'bicubic' : 'bilinear';
  if (size === null || size === undefined) return {};
  const isEdge = typeof size === 'number' || 'shortest_edge' in size;
  const crop = do_center_crop ? crop_size : undefined;
  const stretched = (height: number, width: number): InputDescription => ({
    ...{ height, width, prepare: { rule: 'resize', filter, crop: 'stretch' } },
  });
  if (!isEdge && !crop) return stretched(size.height, size.width);
  // A picture that was stretched before it is cut: as its makers trained it, the shorter side is meant (DeiT's 256, then 224).
  const edge =
    typeof size === 'number' ? size : isEdge ? size.shortest_edge : Math.min(size.height, size.width);
  if (isProcessor(config, 'ConvNext') && edge >= CROPPED_BELOW) return stretched(edge, edge);
  const share = crop_pct ?? (isProcessor(config, 'ConvNext') ? CONVNEXT_SHARE : undefined);
  if (share && edge < CROPPED_BELOW) return squareOf(edge, Math.trunc(edge / share), filter);
  if (!crop)
    return typeof size === 'number' && !do_center_crop ? stretched(edge, edge) : squareOf(edge, edge, filter);
  const [height, width] =
    typeof crop === 'number'
      ? [crop, crop]
      : 'shortest_edge' in crop
        ? [crop.shortest_edge, crop.shortest_edge]
        : [crop.height, crop.width];
  return { ...squareOf(height, edge, filter), width };
}

/** The middle of a picture whose shorter side has been resized to `shorter`. */
function squareOf(side: number, shorter: number, filter: 'bilinear' | 'bicubic'): InputDescription {
  const more = shorter > side ? { shorter } : {};
  return { height: side, width: side, prepare: { rule: 'resize', filter, crop: 'center', ...more } };
}
