// `defineTransform`: an augmentation of a user's own, as a function of one picture.
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { mixing } from '../augment/mix.ts';
import { type TransformDefinition, transforms } from '../augment/transforms.ts';
import type { Random } from '../random.ts';
import { type Chosen, chosen } from './chosen.ts';
import { filledIn, type GivenOptions, type OptionValues, type OwnOptions, schemasOf } from './options.ts';
import { ownError } from './own-error.ts';
import { checkFree, checkName } from './own-name.ts';

/** An augmentation of one's own. */
export interface OwnTransform<O extends OwnOptions> {
  /** Lower-case letters, digits and dashes: the field of a recipe's `augment` that its options stand in. */
  readonly name: string;
  /** The default of each option, or a zod schema for it. */
  readonly options?: O;
  /** When it changes what a picture is of, for the report: 'wrong where left and right differ'. */
  readonly risk?: string;
  /**
   * One picture as training sees it once.
   * @param image - `[H,W,C]` uint8, a copy: it may be changed.
   * @param context - `shape` is `[H,W,C]`; `random` gives numbers in [0, 1), the same each time that a run is repeated:
   * with `Math.random` it could not go on to the bit.
   * @returns `[H,W,C]` uint8: a new one, or `image` itself
   */
  apply(
    image: Uint8Array,
    context: { readonly shape: Shape; readonly options: OptionValues<O>; readonly random: Random },
  ): Uint8Array;
}

/**
 * Defines an augmentation, which recipes then have among those of their `augment`. It runs in the loader's threads, which
 * load the recipe's module on their own.
 * @throws UserError for a name or an option that cannot be
 * @example
 * const speckle = defineTransform({
 *   name: 'speckle',
 *   options: { share: 0.05 },
 *   apply: (image, { options, random }) => image.map((byte) => (random() < options.share ? 255 : byte)),
 * });
 * defineRecipe({ ..., augment: [{ flip: 'random' }, speckle({ share: 0.1 })] });
 */
export function defineTransform<O extends OwnOptions = Record<never, never>>(
  own: OwnTransform<O>,
): (options?: GivenOptions<O>) => Chosen<'transform'> {
  const { name, options = {}, risk = 'not said', apply } = own;
  checkName('a transform', name);
  const taken = [...transforms, mixing].flatMap(({ fields }) => Object.keys(fields));
  checkFree(
    'an augmentation',
    name,
    taken.map((field) => ({ name: field })),
  );
  const owner = `The transform ${name}`;
  const schemas = schemasOf(owner, options);
  const definition: TransformDefinition = {
    name,
    fields: { [name]: z.strictObject(schemas).exactOptional() },
    options: {},
    effects: [{ name, fields: [name], risk }],
    isOn: (all) => all[name] !== undefined,
    apply(image, { shape, options: all, draws }) {
      // The schemas were made of O.
      const context = { shape, options: all[name] as OptionValues<O>, random: draws(name) };
      // What is changed in place would be changed in the data, for every epoch after this one and for the report.
      const result = inWords(owner, () => apply(image.slice(), context));
      if (result instanceof Uint8Array && result.length === image.length) return result;
      throw new UserError(
        `${owner} gives ${result instanceof Uint8Array ? `${result.length} bytes` : `a value of type ${typeof result}`} for a picture of ${image.length} bytes: expected a Uint8Array as long as the picture, [${shape}].`,
      );
    },
  };
  return (given) => chosen('transform', definition, filledIn(owner, schemas, given));
}

/** What a user's function gives. @throws UserError with what it throws, and where */
function inWords<T>(owner: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ownError(`${owner} fails`, error);
  }
}
