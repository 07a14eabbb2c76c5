// What the pictures are called by which a training is judged, in reports, in cards and by the server.

/** The data sets whose authors keep pictures apart for the test. Others have those that training validates with. */
const WITH_TEST: readonly unknown[] = ['mnist', 'cifar10', 'circles', 'several-digits'];

/** The fields of a recipe that say what it was trained on. */
interface Trained {
  /** Of a folder of pictures: its digest. */
  readonly folder?: unknown;
  readonly dataset?: unknown;
  /** How many images of a published data set validate, or `test`, as in recipes of earlier versions, which leave it out. */
  readonly validation?: unknown;
}

/** What of a card says it. */
interface TestedOn {
  readonly recipe: Trained;
  readonly datasets: readonly { readonly split: string }[];
}

/**
 * What a training looks at after each epoch: `validation` pictures, or those of the `test` where a published data set is
 * trained as publications do it, on all other pictures.
 */
export function heldOutOf({ folder, dataset, validation = 'test' }: Trained = {}): 'test' | 'validation' {
  const own = folder !== undefined || (dataset !== undefined && !WITH_TEST.includes(dataset));
  return own || validation !== 'test' ? 'validation' : 'test';
}

/** The same at the beginning of a title. */
export function heldOutTitle(recipe: Trained | undefined): 'Test' | 'Validation' {
  return heldOutOf(recipe) === 'test' ? 'Test' : 'Validation';
}

/** What the figures of a card are of. Cards of earlier versions say `test` in either case: then the recipe tells. */
export function splitOfMetrics({ recipe, datasets }: TestedOn): 'test' | 'validation' {
  if (!datasets.some(({ split }) => split === 'validation')) return heldOutOf(recipe);
  return datasets.some(({ split }) => split === 'test') ? 'test' : 'validation';
}

/** `validation pictures`, or `test pictures` where there were some, or `pictures` where nobody trained on any. */
export function testedOn(card: TestedOn): string {
  return card.datasets.length === 0 ? 'pictures' : `${splitOfMetrics(card)} pictures`;
}
