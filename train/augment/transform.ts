// What a definition of a transform is: its fields of a recipe, its options of the command line, and what it does to a picture.
import { z } from 'zod';
import type { Shape } from '../../models/image/shape.ts';
import type { OptionSchemas } from '../definition.ts';
import type { Random } from '../random.ts';

/** Which image is augmented, and when: all that its random numbers depend on. */
export interface Position {
  readonly seed: number;
  readonly epoch: number;
  /** The image's index in its split. */
  readonly index: number;
}

/** An option of the command line: which field it sets, and how its text becomes a value. */
export interface AugmentOption {
  readonly field: string;
  readonly description: string;
  /** What stands for its text in the help: `number`, or the words that it takes, `random|alternating`. */
  readonly valueHint: string;
  parse(text: string): unknown;
}

/** Fields of a recipe's `augment`, and the options of the command line that set them, by their names without dashes. */
export interface AugmentFields<Fields extends OptionSchemas = OptionSchemas> {
  /** Each can be left out, which turns it off; no two transforms have a field of the same name. */
  readonly fields: Fields;
  readonly options: Readonly<Record<string, AugmentOption>>;
}

/** One thing that a transform does, which can be looked at alone. */
export interface Effect {
  readonly name: string;
  /** Its fields: one of the first `decisive` turns it on. */
  readonly fields: readonly string[];
  /** 1 where it is left out. */
  readonly decisive?: number;
  /** When it changes what a picture is of. */
  readonly risk: string;
}

/** What a transform is given beside the picture. */
export interface TransformContext<Options> {
  /** `[H,W,C]` of the picture. */
  readonly shape: Shape;
  readonly options: Options;
  readonly at: Position;
  /** Random numbers of this picture in this epoch, in a stream of their own by the name that it is given. */
  draws(stream: string): Random;
}

export interface TransformDefinition<
  Name extends string = string,
  Fields extends OptionSchemas = OptionSchemas,
> extends AugmentFields<Fields> {
  readonly name: Name;
  readonly effects: readonly Effect[];
  /**
   * For a transform that is not built in: the address of its file (`import.meta.url`), of which it is an export. Worker
   * threads augment, and load it from there.
   */
  readonly module?: string;
  /** Whether these options turn it on. */
  isOn(options: Values<Fields>): boolean;
  /** @returns `[H,W,C]` uint8, a new array or `image` itself; `image` is left as it is. */
  apply(image: Uint8Array, context: TransformContext<Values<Fields>>): Uint8Array;
}

export type Values<Fields extends OptionSchemas> = z.output<z.ZodObject<Fields, z.core.$strict>>;

/** Defines a transform of one picture, whose fields recipes then have. */
export function defineTransform<const Name extends string, Fields extends OptionSchemas>(
  definition: TransformDefinition<Name, Fields>,
): TransformDefinition<Name, Fields> {
  return definition;
}

/** A number of some unit, from `least` to `most`. */
export function number(unit: string, least: number, most: number) {
  const error = `expected ${unit} from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

/** The bound of a symmetric random draw; off where it is left out. */
export function amount(unit: string, most: number) {
  return number(unit, 0, most).exactOptional();
}

/** An option whose text is a number. */
export function numberOption(field: string, description: string): AugmentOption {
  return {
    field,
    description,
    valueHint: 'number',
    parse: (text) => (text.trim() === '' ? text : Number(text)),
  };
}

/** An option whose text is one of some words. */
export function wordOption(field: string, words: readonly string[], description: string): AugmentOption {
  return { field, description, valueHint: words.join('|'), parse: (text) => text };
}

/** What everything that moves pixels out of the picture could do to a label. */
export const LEAVES_FRAME =
  'what is at the edge leaves the picture: wrong where everything counts, as in counting';
