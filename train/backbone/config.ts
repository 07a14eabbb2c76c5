// A preprocessor_config.json, which is beside the ONNX files of the Hugging Face Hub, as a description of the input.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../../models/errors.ts';
import { lineOf, validate } from '../../models/validate.ts';
import type { InputDescription } from './description.ts';

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
});

/** Pillow's number for bicubic, as `resample` has it; every other filter is taken as bilinear. */
const BICUBIC = 3;

/** Pictures below this side are resized to more than the crop, as transformers' ConvNext processor does. */
const CROPPED_BELOW = 384;

/** Where the file may be: beside the model, or above a folder `onnx`. */
function placesBeside(model: string): string[] {
  return [dirname(model), dirname(dirname(model))].map((folder) => join(folder, 'preprocessor_config.json'));
}

/** What the configuration beside a model says; nothing where there is none. @throws UserError when it is damaged. */
export function describedByConfig(model: string): InputDescription {
  const path = placesBeside(model).find((place) => existsSync(place));
  if (path === undefined) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`);
  }
  const { value: config, problems } = validate(configSchema, content);
  if (problems !== undefined)
    throw new UserError(
      `${path} is not as expected:\n${problems.map((problem) => `  ${lineOf(problem, 'file')}`).join('\n')}`,
    );
  return { ...sizeOf(config), standardize: scalingOf(config) };
}

type Config = z.output<typeof configSchema>;

/** (byte * factor - mean) / deviation as (byte / 255 - m) / d. */
function scalingOf({
  do_rescale,
  rescale_factor,
  do_normalize,
  image_mean,
  image_std,
}: Config): NonNullable<InputDescription['standardize']> {
  const scale = do_rescale ? 255 * rescale_factor : 255;
  const [mean, deviation] = do_normalize ? [image_mean ?? [0], image_std ?? [1]] : [[0], [1]];
  return { mean: mean.map((m) => m / scale), deviation: deviation.map((d) => d / scale) };
}

function sizeOf({ size, do_center_crop, crop_size, crop_pct, resample }: Config): InputDescription {
  const filter = resample === BICUBIC ? 'bicubic' : 'bilinear';
  if (size === null || size === undefined) return {};
  const isEdge = typeof size === 'number' || 'shortest_edge' in size;
  if (!isEdge)
    return { height: size.height, width: size.width, prepare: { rule: 'resize', filter, crop: 'stretch' } };
  const edge = typeof size === 'number' ? size : size.shortest_edge;
  if (crop_pct && edge < CROPPED_BELOW) return squareOf(edge, Math.trunc(edge / crop_pct), filter);
  if (!do_center_crop || crop_size === null || crop_size === undefined) {
    // A lone number stretches to a square.
    if (typeof size === 'number' && !do_center_crop)
      return { height: edge, width: edge, prepare: { rule: 'resize', filter, crop: 'stretch' } };
    return squareOf(edge, edge, filter);
  }
  const [height, width] =
    typeof crop_size === 'number'
      ? [crop_size, crop_size]
      : 'shortest_edge' in crop_size
        ? [crop_size.shortest_edge, crop_size.shortest_edge]
        : [crop_size.height, crop_size.width];
  return { ...squareOf(height, edge, filter), width };
}

/** The middle of a picture whose shorter side has been resized to `shorter`. */
function squareOf(side: number, shorter: number, filter: 'bilinear' | 'bicubic'): InputDescription {
  const more = shorter > side ? { shorter } : {};
  return { height: side, width: side, prepare: { rule: 'resize', filter, crop: 'center', ...more } };
}
