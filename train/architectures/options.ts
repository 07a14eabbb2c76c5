// Options that several architectures have.
import { z } from 'zod';

/** How many filters a convolution has, units a layer, blocks a stage. */
export const count = z.int().positive();

/** Share of the values that are zeroed in training, at a network's head. */
export const dropoutRate = z.number().min(0).lt(1).default(0);
