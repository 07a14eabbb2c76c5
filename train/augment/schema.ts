// The augmentations that a recipe may ask for, and how much of each.
import { z } from 'zod';

/** Every amount bounds a random draw; what is absent is off. */
export const augmentSchema = z.strictObject({
  rotate: amount('degrees', 180),
  zoom: amount('a fraction', 1),
  stretch: amount('a fraction', 1),
  shear: amount('degrees', 60),
  shift: amount('pixels', 1024),
  elastic: z.strictObject({ alpha: z.number().min(0), sigma: z.number().min(1) }).optional(),
  thickness: amount('a fraction', 1),
  translate: z.int().min(0).optional(),
  flip: z.enum(['random', 'alternating']).optional(),
});

export type AugmentOptions = z.infer<typeof augmentSchema>;

function amount(unit: string, most: number) {
  const error = `expected ${unit} from 0 to ${most}`;
  return z.number({ error }).min(0, { error }).max(most, { error }).optional();
}
