// The card of a model that answers with numbers, in the user's own units: trainyard-card/2.
import { z } from 'zod';
import { commonFields, count, goldenFields, parityFields, quantizationFields } from './fields.ts';
import { TASK_FORMAT } from './multi.ts';
import { checkDigitShape, checkLength } from './rules.ts';

const positive = z.number().positive();
const least = z.number().min(0);

export const regressionCardSchema = z
  .object({
    ...commonFields,
    format: z.literal(TASK_FORMAT),
    task: z.literal('regression'),
    /** float32 `[N,labels]`. */
    output: z.object({ name: z.literal('values') }),
    /**
     * For each number the least and the largest that a training picture had, and their standard deviation (1 where all
     * were equal). An answer outside of the range is one for which nothing was ever shown.
     */
    ranges: z.array(z.object({ min: z.number(), max: z.number(), deviation: positive })),
    metrics: z
      .object({
        split: z.enum(['test', 'validation']),
        n: count,
        /** Mean squared error over pictures and numbers, each in its deviations of `ranges`. */
        loss: least,
        /** Of each number, in its units. */
        meanAbsoluteError: z.array(least),
        /** Of each number: 1 is right everywhere, 0 no better than always answering the mean. */
        r2: z.array(z.number().max(1)),
      })
      .nullable(),
    /** Expected numbers of the built-in pictures of models/golden.ts. */
    golden: z.array(z.object({ ...goldenFields, values: z.array(z.number()) })),
    /** Differences are in the deviations of `ranges`, or relative to a number that is larger: one tolerance is for every unit. */
    parity: z.object({ ...parityFields, maxValueDifference: least }).nullable(),
    quantization: z
      .object({
        ...quantizationFields,
        meanAbsoluteErrorBefore: z.array(least),
        maxValueDifference: least,
      })
      .exactOptional(),
  })
  .superRefine(({ labels, input, golden, ranges, metrics, quantization }, context) => {
    checkDigitShape(context, input);
    if (new Set(labels).size < labels.length)
      context.addIssue({ code: 'custom', path: ['labels'], message: 'numbers of different names' });
    checkLength(context, ['ranges'], ranges, labels);
    for (const [i, { min, max }] of ranges.entries())
      if (min > max) context.addIssue({ code: 'custom', path: ['ranges', i], message: 'min up to max' });
    for (const [i, { values }] of golden.entries())
      checkLength(context, ['golden', i, 'values'], values, labels);
    for (const name of ['meanAbsoluteError', 'r2'] as const)
      if (metrics) checkLength(context, ['metrics', name], metrics[name], labels);
    const before = quantization?.meanAbsoluteErrorBefore;
    if (before) checkLength(context, ['quantization', 'meanAbsoluteErrorBefore'], before, labels);
  });
