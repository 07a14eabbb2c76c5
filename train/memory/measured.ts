// What the child that measures memory reports.
import { z } from 'zod';

export const measuredSchema = z.object({
  /** Largest resident memory until the last step, in bytes. */
  steps: z.number(),
  /** The same until the end, evaluation included. */
  whole: z.number(),
});

export type Measured = z.output<typeof measuredSchema>;
