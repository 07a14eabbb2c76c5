// What the pictures are called by which a training is judged, in reports, in cards and by the server.

/** The field of a recipe that says that it was trained on a folder of pictures. */
interface Trained {
  readonly folder?: unknown;
}

/** What of a card says it. */
interface TestedOn {
  readonly recipe: Trained;
  readonly datasets: readonly unknown[];
}

/** `test` for those that a published data set has for it, `validation` for those of a folder that were kept apart. */
export function heldOutOf(recipe: Trained | undefined): 'test' | 'validation' {
  return recipe?.folder === undefined ? 'test' : 'validation';
}

/** The same at the beginning of a title. */
export function heldOutTitle(recipe: Trained | undefined): 'Test' | 'Validation' {
  return heldOutOf(recipe) === 'test' ? 'Test' : 'Validation';
}

/** `validation pictures` of a folder, `test pictures` of a data set, `pictures` where nobody trained on any. */
export function testedOn({ recipe, datasets }: TestedOn): string {
  if (datasets.length === 0) return 'pictures';
  return `${heldOutOf(recipe)} pictures`;
}
