// The card of a model that answers with any number of labels, each with a probability of its own: trainyard-card/2.
import { z } from 'zod';
import { commonFields, count, fraction, quantizationFields } from './fields.ts';
import { probabilityGolden, probabilityParity } from './probabilities.ts';
import { checkDigitShape, checkLength } from './rules.ts';

/** The format of files whose task is not one label; it says the task. */
export const TASK_FORMAT = 'trainyard-card/2';

export const multiCardSchema = z
  .object({
    ...commonFields,
    format: z.literal(TASK_FORMAT),
    task: z.literal('multi'),
    /** float32 `[N,labels]`: they need not sum to one. */
    output: z.object({ name: z.literal('probabilities'), values: z.literal('independent') }),
    /** A label is an answer where its probability is at least this; one for each label, chosen on validation pictures. */
    thresholds: z.array(fraction),
    metrics: z
      .object({
        split: z.enum(['test', 'validation']),
        n: count,
        /** Mean binary cross-entropy over pictures and labels. */
        loss: z.number().min(0),
        /** Mean over the labels that some picture has. */
        meanAveragePrecision: fraction,
        /** Mean of each label's F1 at its threshold (macro). */
        f1: fraction,
        /** Share of pictures whose set of labels is right. */
        exact: fraction,
      })
      .nullable(),
    golden: probabilityGolden,
    parity: probabilityParity,
    quantization: z
      .object({
        ...quantizationFields,
        meanAveragePrecisionBefore: fraction,
        changedLabels: count,
        maxProbabilityDifference: z.number().min(0),
      })
      .exactOptional(),
  })
  .superRefine(({ labels, input, golden, thresholds }, context) => {
    checkDigitShape(context, input);
    checkLength(context, ['thresholds'], thresholds, labels);
    for (const [i, { probabilities }] of golden.entries())
      checkLength(context, ['golden', i, 'probabilities'], probabilities, labels);
  });
