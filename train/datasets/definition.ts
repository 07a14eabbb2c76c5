// What a definition of a data set is: its name, its options in a recipe, and how it is loaded.
import type { z } from 'zod';
import type { OptionSchemas } from '../definition.ts';
import type { Dataset } from './dataset.ts';
import type { Validation } from './hold-out.ts';

export interface DatasetDefinition<
  Name extends string = string,
  Options extends OptionSchemas = OptionSchemas,
  Data extends Dataset = Dataset,
> {
  /** What a recipe's `dataset` calls it. */
  readonly name: Name;
  /** The recipe's field of the same name, for a data set that has options: what is drawn, for example. */
  readonly options?: Options;
  /** For a data set with test images of its own: how many images validate where nothing else is said. */
  readonly validation?: number;
  /**
   * The data: `[N,H,W,C]` uint8 images in memory that threads share, and their labels.
   * @param validation - Which images validate, for a data set with test images of its own.
   * @throws UserError when they cannot be had
   */
  load(options: z.output<z.ZodObject<Options, z.core.$strict>>, validation: Validation): Promise<Data> | Data;
}

/** Defines a data set, which recipes then name. */
export function defineDataset<
  const Name extends string,
  Data extends Dataset,
  Options extends OptionSchemas = Record<never, never>,
>(definition: DatasetDefinition<Name, Options, Data>): DatasetDefinition<Name, Options, Data> {
  return definition;
}
