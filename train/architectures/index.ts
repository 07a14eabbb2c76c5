// The architectures that a recipe can name: one file and one line in this list for each.
import { definitionOf, type Named, namedSchema, type OutputOf } from '../definition.ts';
import type { Architecture } from '../layers/net.ts';
import { airbench } from './airbench.ts';
import type { ArchitectureDefinition } from './architecture.ts';
import { convNet } from './conv-net.ts';
import { efficientNetLite0, efficientNetLite1, efficientNetLite2 } from './efficientnet-lite.ts';
import { fullyConnected } from './fully-connected.ts';
import { head } from './head.ts';
import { resnet } from './resnet.ts';
import { smallCnn } from './small-cnn.ts';
import { vgg } from './vgg.ts';

export { type ArchitectureDefinition, defineArchitecture } from './architecture.ts';

export const architectures = [
  airbench,
  convNet,
  efficientNetLite0,
  efficientNetLite1,
  efficientNetLite2,
  fullyConnected,
  head,
  resnet,
  smallCnn,
  vgg,
] as const;

/** The name and the options of a built-in architecture. */
export type ArchitectureOptions = OutputOf<(typeof architectures)[number]>;

/** A recipe's `architecture`, one of the built-in ones. */
export const architectureSchema = namedSchema(architectures);

/**
 * The network that `options` describe, for `classes` classes.
 * @param options - Valid for the architecture that they name, as in a resolved recipe.
 */
export function createArchitecture(
  { name, ...options }: Named,
  classes: number,
  known: readonly ArchitectureDefinition[] = architectures,
): Architecture {
  return definitionOf('architecture', name, known).build(options, classes);
}
