// What a definition of an architecture is: its options, and the network that they describe.
import type { z } from 'zod';
import type { Definition, OptionSchemas } from '../definition.ts';
import type { Architecture } from '../layers/net.ts';

export interface ArchitectureDefinition<
  Name extends string = string,
  Options extends OptionSchemas = OptionSchemas,
> extends Definition<Name, Options> {
  /** The network, for so many classes. */
  build(options: z.output<z.ZodObject<Options, z.core.$strict>>, classes: number): Architecture;
}

/**
 * Defines an architecture, which recipes then name.
 * @example
 * export const linear = defineArchitecture({
 *   name: 'linear',
 *   options: {},
 *   build: (_, classes) => (net, images) => dense(net, 'logits', flatten(images), { units: classes }),
 * });
 */
export function defineArchitecture<const Name extends string, Options extends OptionSchemas>(
  definition: ArchitectureDefinition<Name, Options>,
): ArchitectureDefinition<Name, Options> {
  return definition;
}
