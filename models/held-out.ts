// What the pictures are called by which a training is judged, in reports, in cards and by the server.

/** The data sets whose authors keep pictures apart for the test. Others have those that training validates with. */
const WITH_TEST: readonly unknown[] = ['mnist', 'cifar10', 'circles', 'several-digits'];

/** The fields of a recipe that say what it was trained on. */
interface Trained {
  /** Of a folder of pictures: its digest. */
  readonly folder?: unknown;
  readonly dataset?: unknown;
}

/** What of a card says it. */
interface TestedOn {
  readonly recipe: Trained;
  readonly datasets: readonly unknown[];
}

/** `test` for those that a published data set has for it, `validation` for those of a folder or of a data set of one's own. */
export function heldOutOf({ folder, dataset }: Trained = {}): 'test' | 'validation' {
  const own = folder !== undefined || (dataset !== undefined && !WITH_TEST.includes(dataset));
  return own ? 'validation' : 'test';
}

/** The same at the beginning of a title. */
export function heldOutTitle(recipe: Trained | undefined): 'Test' | 'Validation' {
  return heldOutOf(recipe) === 'test' ? 'Test' : 'Validation';
}

/** `validation pictures` of a user's own, `test pictures` of a published data set, `pictures` where nobody trained on any. */
export function testedOn({ recipe, datasets }: TestedOn): string {
  if (datasets.length === 0) return 'pictures';
  return `${heldOutOf(recipe)} pictures`;
}
