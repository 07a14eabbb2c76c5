// The card of a model that answers with one label: trainyard-card/1, whose files have no field `task`.
import { z } from 'zod';
import { commonFields, count, fraction, quantizationFields } from './fields.ts';
import { probabilityGolden, probabilityParity } from './probabilities.ts';
import { checkDigitShape, checkLength } from './rules.ts';

export const SINGLE_FORMAT = 'trainyard-card/1';

export const singleCardSchema = z
  .object({
    ...commonFields,
    format: z.literal(SINGLE_FORMAT),
    task: z.literal('single').default('single'),
    /** float32 `[N,labels]`. */
    output: z.object({
      name: z.literal('probabilities'),
      /** Whether they sum to one, or each label has its own; absent where the card's golden vectors say enough. */
      values: z.enum(['distribution', 'independent']).exactOptional(),
    }),
    /** The logits are divided by a temperature; `error` and `temperedError` are the calibration errors without and with it. */
    calibration: z
      .object({ temperature: z.number().positive(), n: count, error: fraction, temperedError: fraction })
      .exactOptional(),
    metrics: z
      .object({
        /** Earlier versions wrote `test` for a folder's validation pictures too: see held-out.ts. */
        split: z.enum(['test', 'validation']),
        n: count,
        accuracy: fraction,
        errorRate: fraction,
        loss: z.number().min(0),
      })
      .nullable(),
    /** Expected probabilities of the built-in pictures of models/golden.ts. */
    golden: probabilityGolden,
    /** Null when the file was not compared with what was trained. */
    parity: probabilityParity,
    /** What smaller weights changed over the test pictures; absent where they are those of training. */
    quantization: z
      .object({
        ...quantizationFields,
        accuracyBefore: fraction,
        changedLabels: count,
        maxProbabilityDifference: z.number().min(0),
      })
      .exactOptional(),
  })
  .superRefine(({ labels, input, golden }, context) => {
    checkDigitShape(context, input);
    for (const [i, { probabilities }] of golden.entries())
      checkLength(context, ['golden', i, 'probabilities'], probabilities, labels);
  });
