// `defineRecipe`: how a network is trained, of which the few fields that matter are said and the others have defaults.
import { UserError } from '../../models/errors.ts';
import type { AugmentOptions } from '../augment/index.ts';
import { datasets } from '../datasets/index.ts';
import { families } from '../recipes/families.ts';
import type { RecipeInput } from '../recipes/recipe.ts';
import { type Chosen, type Kind, kindOf } from './chosen.ts';
import { type DefinedDataset, isDefinedDataset } from './define-dataset.ts';
import { isMarked, MARKS } from './exported.ts';
import { checkFree, checkName } from './own-name.ts';

/** Fields of a recipe that a user's own says in another way. */
type Fields =
  | 'name'
  | 'dataset'
  | 'architecture'
  | 'optimizer'
  | 'schedule'
  | 'freeze'
  | 'augment'
  | 'options'
  | 'from';

/** A recipe of one's own: a name, data and a network; all other fields have defaults. */
export type OwnRecipe = Partial<Omit<RecipeInput, Fields>> & {
  /** Lower-case letters, digits and dashes: what is trained by `train bars`, and what runs and the model are called. */
  readonly name: string;
  /** What `defineDataset` gives, `'mnist'` or `'cifar10'`, or the path of a folder of pictures, from the file's place on. */
  readonly dataset: DefinedDataset | string;
  /** What a maker of `defineArchitecture` gives, `tiny({ width: 16 })`, or one of ours, `{ name: 'resnet' }`. */
  readonly architecture: Chosen<'architecture'> | RecipeInput['architecture'];
  /** AdamW if left out. */
  readonly optimizer?: Chosen<'optimizer'> | RecipeInput['optimizer'];
  /** One cycle with a peak of 0.003 if left out. */
  readonly schedule?: Chosen<'schedule'> | RecipeInput['schedule'];
  /** Trains the head alone at first, for a network that is made by `nn.inParts`. */
  readonly freeze?: {
    readonly epochs: number;
    readonly schedule: Chosen<'schedule'> | RecipeInput['schedule'];
  };
  /** Ours, `{ flip: 'random', translate: 2 }`, a user's own, or a list of both; none if left out. */
  readonly augment?: OwnAugment | readonly OwnAugment[];
};

/** Augmentations of ours by their fields, or one of a user's own. */
export type OwnAugment = AugmentOptions | Chosen<'transform'>;

/** What `defineRecipe` gives, for the default export of a recipe file or for `defineConfig`. */
export type DefinedRecipe = OwnRecipe & { readonly [MARKS.recipe]: true };

/**
 * Defines a recipe. Pictures are standardized by mean and deviation of those to train on unless `standardize` is said;
 * 10 epochs in batches of 64, by AdamW and one cycle of the learning rate.
 * @throws UserError for a name that cannot be, or data and networks that were not defined
 * @example
 * export default defineRecipe({ name: 'bars', dataset: bars, architecture: tiny({ width: 16 }), epochs: 5 });
 */
export function defineRecipe(own: OwnRecipe): DefinedRecipe {
  const { name, dataset, architecture, optimizer, schedule, freeze, augment } = own;
  checkName('a recipe', name);
  checkFree(
    'a recipe',
    name,
    families.map(({ recipe }) => recipe),
  );
  const owner = `The recipe ${name}`;
  if (typeof dataset === 'string') checkDatasetName(owner, dataset);
  else if (!isDefinedDataset(dataset))
    throw new UserError(
      `${owner} has a dataset that defineDataset did not make: expected its result, the name of one of ours (${datasets.map((each) => each.name).join(', ')}), or the path of a folder of pictures.`,
    );
  if (typeof architecture === 'function')
    throw new UserError(
      `${owner} has a function for its architecture: call it, as in architecture: tiny() or tiny({ width: 16 }).`,
    );
  check(owner, 'architecture', 'architecture', architecture);
  if (optimizer !== undefined) check(owner, 'optimizer', 'optimizer', optimizer);
  if (schedule !== undefined) check(owner, 'schedule', 'schedule', schedule);
  if (freeze !== undefined) check(owner, 'freeze.schedule', 'schedule', freeze.schedule);
  for (const each of [augment ?? {}].flat()) check(owner, 'augment', 'transform', each);
  return { ...own, [MARKS.recipe]: true };
}

/** Whether `defineRecipe` made it. */
export function isDefinedRecipe(value: unknown): value is DefinedRecipe {
  return isMarked('recipe', value);
}

/** Whether a text is a path, not the name of a data set. */
export function isPath(dataset: string): boolean {
  return /[/\\.~]/.test(dataset);
}

/** @throws UserError for a name that no data set of ours has: one's own is the object, not its name. */
function checkDatasetName(owner: string, dataset: string): void {
  const names = datasets.map(({ name }) => name);
  if (isPath(dataset) || names.some((name) => name === dataset)) return;
  throw new UserError(
    `${owner} names the data set ${JSON.stringify(dataset)}, which is not there: expected one of ${names.join(', ')}, the path of a folder of pictures (./${dataset}), or what defineDataset gives.`,
  );
}

/** @throws UserError where a field has something of another kind. */
function check(owner: string, field: string, kind: Kind, value: unknown): void {
  const found = kindOf(value);
  if (found !== undefined && found !== kind)
    throw new UserError(
      `${owner} has ${found === 'architecture' || found === 'optimizer' ? 'an' : 'a'} ${found} for its ${field}: expected what define${kind[0]?.toUpperCase()}${kind.slice(1)} makes.`,
    );
  if (typeof value === 'object' && value !== null) return;
  throw new UserError(
    `${owner} has ${JSON.stringify(value) ?? String(value)} for its ${field}: expected ${kind === 'transform' ? "{ flip: 'random' } and the like" : `an object with a name, { name: '...' }`}, or what define${kind[0]?.toUpperCase()}${kind.slice(1)} makes.`,
  );
}
