// What a definition of a data set is: its name, its options in a recipe, and how it is loaded.
import type { z } from 'zod';
import type { OptionSchemas } from '../definition.ts';
import type { Dataset } from './dataset.ts';

export interface DatasetDefinition<
  Name extends string = string,
  Options extends OptionSchemas = OptionSchemas,
  Data extends Dataset = Dataset,
> {
  /** What a recipe's `dataset` calls it. */
  readonly name: Name;
  /** The recipe's field of the same name, for a data set that has options: what is drawn, for example. */
  readonly options?: Options;
  /**
   * The data: `[N,H,W,C]` uint8 images in memory that threads share, and their labels.
   * @throws UserError when they cannot be had
   */
  load(options: z.output<z.ZodObject<Options, z.core.$strict>>): Promise<Data> | Data;
}

/** Defines a data set, which recipes then name. */
export function defineDataset<
  const Name extends string,
  Data extends Dataset,
  Options extends OptionSchemas = Record<never, never>,
>(definition: DatasetDefinition<Name, Options, Data>): DatasetDefinition<Name, Options, Data> {
  return definition;
}
