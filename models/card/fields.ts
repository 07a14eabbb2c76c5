// The fields that cards of every task have.
import { z } from 'zod';
import { goldenNames } from '../golden.ts';

export const count = z.int().min(0);
const side = z.int().min(1);
export const fraction = z.number().min(0).max(1);
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest in 64 hex digits');

/** The rule by which a picture becomes an input; see models/image/prepare.ts. */
export const prepareSchema = z.discriminatedUnion('rule', [
  z.object({ rule: z.literal('digit') }),
  z.object({
    rule: z.literal('resize'),
    filter: z.enum(['bilinear', 'bicubic']),
    crop: z.enum(['center', 'stretch']),
    shorter: side.optional(),
  }),
]);

/** A built-in picture of models/golden.ts whose expected answer stands beside it. */
export const goldenFields = { input: z.enum(goldenNames), novelty: fraction.exactOptional() };

/** How the file was compared with what was trained, over `n` pictures. */
export const parityFields = { n: count, tolerance: z.number().min(0), against: z.string() };

/** How the weights were made smaller. */
export const quantizationFields = {
  weights: z.enum(['int8', 'float16']),
  /** `weightsDigest` of the file that it was made of. */
  from: sha256,
  /** Training pictures from which the ranges of the activations were taken; 0 where none were needed. */
  calibrationPictures: count,
  /** Test pictures over which the two were compared. */
  n: count,
};

export const commonFields = {
  /** Name of the model, as in the repository. */
  name: z.string().min(1),
  description: z.string(),
  /** Name of each class, or of each number, in the order of the output. */
  labels: z.array(z.string()).min(1),
  /** uint8 `[N,H,W,C]`; `shape` is `[H,W,C]`. */
  input: z.object({
    name: z.literal('image'),
    shape: z.tuple([side, side, z.literal([1, 3])]),
    prepare: prepareSchema,
  }),
  architecture: z.object({ name: z.string().min(1), parameters: count }),
  /** Test-time augmentation inside the graph: over which views of a picture its answer is averaged. */
  tta: z.enum(['none', 'mirror', 'mirror-shift']).default('none'),
  /** The recipe that trained the model, with every default filled in. */
  recipe: z.record(z.string(), z.unknown()),
  recipeDigest: sha256,
  weightsDigest: sha256,
  datasets: z.array(
    z.object({
      name: z.string().min(1),
      split: z.enum(['train', 'validation', 'test']),
      n: count,
      digest: z.string(),
    }),
  ),
  /**
   * The file's output `novelty`, float32 `[N,1]` from 0 to 1: above the threshold a picture is of no kind that the model
   * knows. Absent where the file has none.
   */
  novelty: z
    .object({
      /** What the detector was shown that the model does not know: drawn letters, shapes and grounds, or nothing. */
      against: z.enum(['drawings', 'nothing']),
      threshold: fraction,
      /** Share of `n` validation pictures, none of which set the threshold, that are above it. */
      falseAlarms: fraction,
      n: count,
    })
    .exactOptional(),
  /** Over all of the card but name, description and recipe; see models/card-proof.ts. Absent in older cards. */
  cardDigest: sha256.exactOptional(),
};
