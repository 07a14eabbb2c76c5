// A teacher in a recipe: a model file whose answers a network learns beside the labels.
import { z } from 'zod';

export const distillSchema = z.strictObject({
  /** Absolute path of the model file. */
  path: z.string(),
  /** Where it was fetched: `hf:owner/name@<commit>/<file>`. Then it can be fetched again, and `path` is in the cache. */
  source: z.string().exactOptional(),
  /** SHA-256 of the file and of the files of weights beside it. */
  sha256: z.string(),
  /** By which logits are divided, of both, before they are compared. */
  temperature: z.number().positive(),
  /** Share of the teacher's answers in the loss; the rest is of the labels. */
  weight: z.number().gt(0).lte(1),
});

export type Distill = z.output<typeof distillSchema>;

/** Tian et al. 2020, https://arxiv.org/abs/1910.10699, as they compare Hinton's distillation: tau 4 and alpha 0.9. */
export const USUAL_DISTILL = { temperature: 4, weight: 0.9 } as const;

/** What is asked for on the command line. */
export interface AskedDistill {
  /** Absolute path of a model file, or its address on the Hugging Face Hub; `off` for none. */
  readonly teacher: string;
  readonly temperature?: number | undefined;
  readonly weight?: number | undefined;
}
