// The augmentations that a recipe may ask for, and how much of each.
import { z } from 'zod';
import type { OptionSchemas } from '../definition.ts';
import { mixing } from './mix.ts';
import type { AugmentFields, AugmentOption, TransformDefinition, Values } from './transform.ts';
import { transforms } from './transforms.ts';

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** The fields of all transforms of a list, and those of mixing. */
type FieldsOf<D extends TransformDefinition> = Intersection<D['fields'] | (typeof mixing)['fields']>;

/** A recipe's `augment` with the transforms of a list. */
export type AugmentOptionsOf<D extends TransformDefinition> =
  FieldsOf<D> extends OptionSchemas ? Values<FieldsOf<D>> : never;

/** A recipe's `augment` with the built-in transforms. What is absent is off. */
export type AugmentOptions = AugmentOptionsOf<(typeof transforms)[number]>;

/** The schema of a recipe's `augment`. */
export function augmentSchemaOf<D extends TransformDefinition>(
  known: readonly D[],
): z.ZodType<AugmentOptionsOf<D>, AugmentOptionsOf<D>> {
  const fields = Object.assign({}, ...all(known).map((each) => each.fields));
  // zod's types follow no list of unknown length.
  return z.strictObject(fields) as unknown as z.ZodType<AugmentOptionsOf<D>, AugmentOptionsOf<D>>;
}

export const augmentSchema = augmentSchemaOf(transforms);

/** The options of the command line that set these fields, by name without the dashes. */
export function augmentOptionsOf(
  known: readonly TransformDefinition[],
): Readonly<Record<string, AugmentOption>> {
  return Object.assign({}, ...all(known).map(({ options }) => options));
}

function all(known: readonly TransformDefinition[]): readonly AugmentFields[] {
  return [...known, mixing];
}
