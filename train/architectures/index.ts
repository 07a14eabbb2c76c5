// The architectures a recipe can name, and their options.
import { z } from 'zod';
import type { Architecture } from '../layers/net.ts';
import { schemeSchema } from '../layers/schemes.ts';
import { airbench } from './airbench.ts';
import { convNet } from './conv-net.ts';
import { efficientNetLite0 } from './efficientnet-lite0.ts';
import { fullyConnected } from './fully-connected.ts';
import { headOf, linearHead } from './head.ts';
import { resnet } from './resnet.ts';
import { smallCnn } from './small-cnn.ts';
import { vgg } from './vgg.ts';

const filters = z.number().int().positive();
const dropout = z.number().min(0).lt(1).default(0);

export const architectureSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('airbench'), widths: z.tuple([filters, filters, filters]) }),
  z.strictObject({
    name: z.literal('conv-net'),
    filters: z.tuple([filters, filters]),
    units: filters,
    initializer: schemeSchema,
  }),
  z.strictObject({ name: z.literal('efficientnet-lite0'), dropout }),
  z.strictObject({
    name: z.literal('fully-connected'),
    units: z.array(filters).min(1),
    initializer: schemeSchema,
  }),
  /** On the features that a recipe's backbone makes. */
  z.strictObject({ name: z.literal('head'), dropout }),
  z
    .strictObject({
      name: z.literal('resnet'),
      blocks: z.array(filters).min(1).default([2, 2, 2, 2]),
      widths: z.array(filters).min(1).default([64, 128, 256, 512]),
      stem: z.enum(['large', 'small']).default('large'),
      dropout,
    })
    .refine(({ blocks, widths }) => blocks.length === widths.length, 'as many blocks as widths'),
  z.strictObject({
    name: z.literal('small-cnn'),
    filters: z.tuple([filters, filters, filters]),
    head: z.literal('average').exactOptional(),
  }),
  z.strictObject({
    name: z.literal('vgg'),
    batchNorm: z.boolean().default(true),
    dropout,
    widths: z.tuple([filters, filters, filters, filters]).default([64, 128, 256, 512]),
    hidden: filters.default(4096),
  }),
]);

export type ArchitectureOptions = z.output<typeof architectureSchema>;

/** The network that `options` describe, for `classes` classes. */
export function createArchitecture(options: ArchitectureOptions, classes: number): Architecture {
  switch (options.name) {
    case 'airbench':
      return airbench({ ...options, classes });
    case 'conv-net':
      return convNet({ ...options, classes });
    case 'efficientnet-lite0':
      return efficientNetLite0({ ...options, classes });
    case 'fully-connected':
      return fullyConnected({ ...options, classes });
    case 'head':
      return headOf({ classify: linearHead({ ...options, classes }) });
    case 'resnet':
      return resnet({ ...options, classes });
    case 'small-cnn':
      return smallCnn({ ...options, classes });
    case 'vgg':
      return vgg({ ...options, classes });
  }
}
