// What cards say of a model that gives a probability for each label.
import { z } from 'zod';
import { count, fraction, goldenFields, parityFields } from './fields.ts';

export const probabilityGolden = z.array(z.object({ ...goldenFields, probabilities: z.array(fraction) }));

export const probabilityParity = z
  .object({
    ...parityFields,
    maxProbabilityDifference: z.number().min(0),
    /** Pictures whose most probable label changed; where a picture may have several labels, whose set of labels did. */
    changedLabels: count,
    /** How many of these labels were ties in what was trained; absent where none. */
    ties: count.exactOptional(),
  })
  .nullable();
