// The architectures a recipe can name, and their options.
import { z } from 'zod';
import type { Architecture } from '../layers/net.ts';
import { smallCnn } from './small-cnn.ts';

const filters = z.number().int().positive();

export const architectureSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('small-cnn'), filters: z.tuple([filters, filters, filters]) }),
]);

export type ArchitectureOptions = z.output<typeof architectureSchema>;

/** The network that `options` describe, for `classes` classes. */
export function createArchitecture(options: ArchitectureOptions, classes: number): Architecture {
  switch (options.name) {
    case 'small-cnn':
      return smallCnn({ ...options, classes });
  }
}
